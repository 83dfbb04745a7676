import { cmwPayload } from "../harness/attestation/payload.ts";
import { defaultProfile } from "../harness/attestation/profile.ts";
import { repertoireOf } from "../harness/campaign/exchange.ts";
import { Generator } from "../harness/campaign/generator.ts";
import { Player } from "../harness/campaign/player.ts";
import { variationsOf } from "../harness/campaign/variations.ts";
import type { IutControl } from "../harness/iut/control.ts";
import { greet } from "../harness/iut/controlled.ts";
import { Reference } from "../harness/reference/reference.ts";
import { loadLibrary } from "../harness/scenario/load.ts";

/** What a thread of a campaign against the reference is made of: the cases, and who plays them with one process of it. */
export async function campaignOfReference(
  seed: string,
): Promise<{ readonly generator: Generator; readonly playerFor: (reference: IutControl) => Player }> {
  const driver = await greet(new Reference(), defaultProfile);
  const repertoire = repertoireOf(driver.hello);
  return {
    generator: new Generator(seed, repertoire, variationsOf(loadLibrary(), driver, repertoire)),
    playerFor: (reference) => new Player(() => greet(reference, defaultProfile), defaultProfile, cmwPayload, seed),
  };
}
