import type { Profile } from "../attestation/profile.ts";
import type { Driver } from "../iut/driver.ts";
import type { Position } from "../iut/protocol.ts";
import type { Library } from "../scenario/load.ts";
import { repertoireOf } from "./exchange.ts";
import { type Focus, inFocus, isCaseInFocus } from "./focus.ts";
import { Generator } from "./generator.ts";
import { variationsOf } from "./variations.ts";

/** What decides which sentences there are, beside the implementations. */
export interface Aim {
  readonly seed: string;
  readonly profile: Profile;
  readonly positions: readonly Position[];
  readonly focus: readonly Focus[];
}

/** What all of several implementations declare and can do: of sentences that are for all of them. */
export function commonGround(drivers: readonly Pick<Driver, "hello" | "can">[]): Pick<Driver, "hello" | "can"> {
  const [first] = drivers;
  if (first === undefined) throw new RangeError("no implementation");
  const common = <T>(of: (driver: (typeof drivers)[number]) => readonly T[]): T[] =>
    of(first).filter((one) => drivers.every((driver) => of(driver).includes(one)));
  const { supports } = first.hello;
  const shared = Object.fromEntries(
    Object.keys(supports).map((name) => [name, common(({ hello }) => hello.supports[name as keyof typeof supports] as readonly unknown[])]),
  ) as typeof supports;
  return { hello: { ...first.hello, supports: shared }, can: new Set(common(({ can }) => [...can])) };
}

/**
 * The generator of a campaign: the same for the same aim and the same declarations. Its list of cells is empty where the implementations
 * have no position in common that was asked for.
 */
export function generatorFor(
  { seed, positions, focus }: Aim,
  { cases, ledger }: Pick<Library, "cases" | "ledger">,
  drivers: readonly Pick<Driver, "hello" | "can">[],
): Generator {
  const ground = commonGround(drivers);
  const repertoire = repertoireOf(ground.hello);
  const wanted = { ...repertoire, positions: repertoire.positions.filter((position) => positions.includes(position)) };
  const variations = variationsOf({ cases: cases.filter((script) => isCaseInFocus(script, focus)), ledger }, ground, repertoire).filter(
    ({ position }) => positions.includes(position),
  );
  return new Generator(seed, wanted, variations, (stage) => inFocus(stage, focus));
}
