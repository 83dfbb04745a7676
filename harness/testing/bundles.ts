import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cmwPayload } from "../attestation/payload.ts";
import { defaultProfile } from "../attestation/profile.ts";
import { type BundleRecord, bundleFiles } from "../bundle/schema.ts";
import { bundleName, writeBundle } from "../bundle/write.ts";
import { repertoireOf } from "../campaign/exchange.ts";
import { Generator } from "../campaign/generator.ts";
import { Player } from "../campaign/player.ts";
import { failureOf, rootCauseOf } from "../campaign/root-cause.ts";
import { shrink } from "../campaign/shrink.ts";
import { variationsOf } from "../campaign/variations.ts";
import { faults } from "../faults/catalogue.ts";
import { faulty } from "../faults/faulty.ts";
import { type IutControl, IutFailure } from "../iut/control.ts";
import { greet } from "../iut/controlled.ts";
import type { Driver } from "../iut/driver.ts";
import { Shim } from "../iut/shim.ts";
import { packageRoot } from "../paths.ts";
import { loadLibrary } from "../scenario/load.ts";
import { fakeCommand, manifest, program, temporaryFolder } from "./cli.ts";

/** Failure bundles of implementations with one fault each, found and shrunk as a campaign does it. */

export const library = loadLibrary();

/** An implementation with a fault. */
export interface Broken {
  /** In this process: a search needs many. */
  readonly search: () => Promise<Driver>;
  /** The one that the bundle is written of. */
  readonly start: () => Promise<Driver>;
  /** The folder of the same one's manifest. */
  readonly iut: string;
}

/** A bundle that was written. */
export interface Written {
  readonly folder: string;
  readonly iut: string;
  readonly record: BundleRecord;
}

/** The reference with a fault of the catalogue. Throws Error where there is none of that name. */
export function withFault(id: string): Broken {
  const fault = faults.find((each) => each.id === id);
  if (fault === undefined) throw new Error(`no fault "${id}"`);
  const start = () => greet(faulty(fault), defaultProfile);
  return { search: start, start, iut: manifest({ name: "broken", command: [process.execPath, program, "reference", "--fault", id] }) };
}

/** What ends where it is asked for a request with a context of length zero. */
function crashing(): Broken {
  const command = fakeCommand("shim.mjs", "exits-when-marked");
  const inProcess = (): IutControl => {
    const right = faulty(undefined);
    return {
      call: async (method, params, timeoutMs) => {
        if (method === "request" && (params as { context?: Uint8Array }).context?.length === 0)
          throw new IutFailure("exit", "it has ended");
        return right.call(method, params, timeoutMs);
      },
      stop: () => right.stop(),
      diagnostics: () => "",
    };
  };
  return {
    search: () => greet(inProcess(), defaultProfile),
    start: () => greet(new Shim({ command, cwd: packageRoot, environment: {}, timeoutMs: 10_000 }), defaultProfile),
    iut: manifest({ name: "crashing", command }),
  };
}

/** What a campaign does when it has found something: the first failure of that cause is shrunk, and written. */
async function bundleOf({ search, start, iut }: Broken, cause: RegExp): Promise<Written> {
  const seed = "bundle";
  const driver = await search();
  const { schemes, ...rest } = repertoireOf(driver.hello);
  const repertoire = { ...rest, schemes: schemes.filter((name) => !name.startsWith("rsa")) };
  const generator = new Generator(seed, repertoire, variationsOf(library, driver, repertoire));
  await driver.stop();
  const player = new Player(search, defaultProfile, cmwPayload, seed);
  try {
    for (let number = 0; number < 3000; number++) {
      const { arbitrary, value } = generator.generate(number);
      const [played] = await player.play(value.value, `${seed}-${number}`, true);
      const failure = played && failureOf(played);
      if (!failure || !cause.test(rootCauseOf(played, failure))) continue;
      const shrunk = await shrink(player, arbitrary, value, failure, `${seed}-${number}`);
      const name = rootCauseOf(shrunk, shrunk.failure);
      const folder = join(temporaryFolder(), "bundles", bundleName(name));
      const common = { library, profile: defaultProfile, payload: cmwPayload, diagnostics: "", suiteVersion: "0.0.0-test" };
      const record = await writeBundle(folder, { ...common, shrunk, cause: name, seed, number, subject: { path: iut }, start });
      return { folder, iut, record };
    }
    throw new Error(`${cause} was not found`);
  } finally {
    await player.stop();
  }
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

/** An edited authenticator that is accepted. */
export const acceptance = once(() => bundleOf(withFault("relying-party/binding/left-out"), /^relying-party\/binding\//));

/** An answer of an attester that is wrong. */
export const wrongAnswer = once(() => bundleOf(withFault("attester/finished/key-of-other-role"), /^attester\/finished\//));

/** A crash that a right message brings about. */
export const crash = once(() => bundleOf(crashing(), /^relying-party\/exit\//));

/** The text of a file of a bundle. */
export function fileOf(folder: string, kind: keyof typeof bundleFiles): string {
  return readFileSync(join(folder, bundleFiles[kind]), "utf8");
}
