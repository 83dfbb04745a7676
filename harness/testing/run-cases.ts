import { cmwPayload } from "../attestation/payload.ts";
import { defaultProfile } from "../attestation/profile.ts";
import type { IutControl } from "../iut/control.ts";
import { greet } from "../iut/controlled.ts";
import type { Driver } from "../iut/driver.ts";
import { Reference } from "../reference/reference.ts";
import { loadLibrary } from "../scenario/load.ts";
import { plan } from "../scenario/plan.ts";
import type { CheckResult } from "../scenario/result.ts";
import { runInstances } from "../scenario/run.ts";

/** Runs the cases whose instances are chosen in process, by one worker, and gives what came of them. */
export async function runCases(
  chosen: (instance: string) => boolean,
  start: () => Promise<Driver> = () => drive(new Reference()),
  seed = "test",
): Promise<CheckResult[]> {
  const { cases, ledger } = loadLibrary();
  const first = await start();
  const instances = plan(cases, first.hello, first.can).filter(({ id }) => chosen(id));
  await first.stop();
  const results: CheckResult[] = [];
  const given = { ledger, profile: defaultProfile, payload: cmwPayload, seed, workers: 1 };
  await runInstances(instances, { ...given, start, report: (some) => results.push(...some) });
  return results;
}

/** An implementation in process, ready to be asked. */
export function drive(control: IutControl): Promise<Driver> {
  return greet(control, defaultProfile);
}
