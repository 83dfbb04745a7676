import { payloadAdapters } from "../attestation/payload.ts";
import { defaultProfile } from "../attestation/profile.ts";
import { faults } from "../faults/catalogue.ts";
import { faulty } from "../faults/faulty.ts";
import { Fleet, type Member } from "../interop/fleet.ts";
import { type MatrixOptions, playMatrix } from "../interop/matrix.ts";
import { greet } from "../iut/controlled.ts";
import type { MatrixResult } from "../matrix/records.ts";
import { loadExchanges, loadLibrary } from "../scenario/load.ts";

/** For tests of the matrix: pairs within the process. */

export const library = loadLibrary();
export const exchanges = loadExchanges(library);

/** The reference, with the fault of that id where one is given. */
export async function member(name: string, fault?: string): Promise<Member> {
  const found = faults.find(({ id }) => id === fault);
  if (fault !== undefined && found === undefined) throw new Error(`no fault "${fault}"`);
  const start = () => greet(faulty(found), defaultProfile);
  const { hello } = await start();
  const payload = payloadAdapters.get("cmw");
  if (payload === undefined) throw new Error("no payload cmw");
  return { name, path: name, payload, hello, start };
}

/** What a matrix of these comes to. */
export async function play(
  attesters: readonly Member[],
  relyingParties: readonly Member[],
  more: Partial<MatrixOptions> = {},
): Promise<MatrixResult[]> {
  const results: MatrixResult[] = [];
  await playMatrix({
    attesters,
    relyingParties,
    exchanges,
    library,
    profile: defaultProfile,
    seed: "test",
    workers: 1,
    fleet: new Fleet(),
    selects: () => true,
    reproduceAlone: ({ path }, instance) => `run ${path} ${instance}`,
    reproducePair: (attester, relyingParty, instance) => `matrix ${attester.path} ${relyingParty.path} ${instance}`,
    report: (made) => results.push(...made),
    ...more,
  });
  return results;
}
