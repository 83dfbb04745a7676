import type { PayloadAdapter } from "../attestation/payload.ts";
import type { Profile } from "../attestation/profile.ts";
import { IutFailure, withLastWords } from "../iut/control.ts";
import { type Driver, SetUpError } from "../iut/driver.ts";
import { schemeName } from "../wire/code-points.ts";
import type { Check } from "./case.ts";
import { type Execution, execute } from "./execute.ts";
import { type Ledger, notInRevision } from "./ledger.ts";
import { formatsByName, schemeOf } from "./parameters.ts";
import { controlInstance, type Instance } from "./plan.ts";
import type { CheckResult, Verdict } from "./result.ts";
import type { Anchors } from "./script-run.ts";
import { errorVerdict, stepVerdict, verdictOf } from "./verdict.ts";

/** How a run is made. */
export interface RunOptions {
  /** Starts the implementation. Called once for each worker, and again after a hang or a crash. Throws where it cannot be started. */
  readonly start: () => Promise<Driver>;
  readonly workers: number;
  readonly ledger: Ledger;
  readonly profile: Profile;
  readonly payload: PayloadAdapter;
  readonly anchors?: Anchors | undefined;
  readonly seed: string;
  /** Only these checks (by id or instance id) are reported; undefined: all. */
  readonly selects?: (id: string) => boolean;
  /** Called for each result as it comes, results of one instance together. */
  readonly report: (results: readonly CheckResult[], done: number) => void;
}

/** In this many cases in a row the IUT hung, ended or let no connection come about: the rest would only wait for more of it. */
const GIVE_UP_AFTER = 5;

/** One run of one script; without an execution an error stopped it. */
interface Attempt {
  readonly verdict: Verdict;
  readonly execution: Execution | undefined;
  readonly diagnostics: string;
}

/** Runs all instances. Throws what `start` throws, or IutFailure of kind `protocol` where the shim speaks something else. */
export async function runInstances(instances: readonly Instance[], options: RunOptions): Promise<void> {
  const controls = new Map<string, Promise<Verdict>>();
  const queue = instances.entries();
  let failuresInARow = 0;
  let stopped: unknown;
  let done = 0;

  const worker = async (): Promise<void> => {
    let driver: Driver | undefined;
    const runOnce = async (instance: Instance): Promise<Attempt> => {
      driver ??= await options.start();
      const running = driver;
      try {
        const { profile, payload, anchors, seed } = options;
        const { position, cipherSuite, scheme, format, script } = instance;
        const context = { position, cipherSuite, scheme, format, profile, payload, anchors, seed, instance: instance.id };
        const execution = await execute(script, running, context);
        failuresInARow = 0;
        return { verdict: verdictOf(script, execution, options.ledger), execution, diagnostics: running.diagnostics() };
      } catch (error) {
        const diagnostics = running.diagnostics();
        if (error instanceof SetUpError) failuresInARow++;
        if (error instanceof IutFailure) {
          // What hangs or has ended is of no use to the next case.
          driver = undefined;
          await running.stop();
          if (error.kind === "protocol" || error.kind === "start") throw withLastWords(error, diagnostics);
          failuresInARow++;
        }
        return { verdict: errorVerdict(instance.script, error, options.ledger), execution: undefined, diagnostics };
      }
    };
    try {
      for (const [, instance] of queue) {
        if (stopped !== undefined) return;
        const results = await resultsOf(instance, runOnce);
        done++;
        options.report(results, done);
      }
    } catch (error) {
      stopped ??= error;
    } finally {
      await driver?.stop();
    }
  };

  const resultsOf = async (instance: Instance, runOnce: (instance: Instance) => Promise<Attempt>): Promise<CheckResult[]> => {
    const { script } = instance;
    const unsupported = instance.unsupported ?? notInRevision(script.requirements, options.ledger, options.profile.revision);
    if (unsupported !== undefined) return resultsFor(instance, { outcome: "unsupported", detail: unsupported }, options);
    if (failuresInARow >= GIVE_UP_AFTER) {
      const detail = `given up: the implementation hung, ended or could not be connected with in ${failuresInARow} cases in a row`;
      return resultsFor(instance, { outcome: "blocked", detail }, options);
    }
    if (script.control && script.kind !== "positive") {
      const control = controlInstance(instance, script.control);
      const running = controls.get(keyOf(control)) ?? runOnce(control).then(({ verdict }) => verdict);
      controls.set(keyOf(control), running);
      const verdict = await running;
      if (verdict.outcome !== "pass") {
        const detail = `its control ${control.id} did not succeed (${verdict.outcome}): ${verdict.detail}`;
        return resultsFor(instance, { outcome: "blocked", detail }, options);
      }
    }
    const { verdict, execution, diagnostics } = await runOnce(instance);
    if (script.kind === "positive" && !controls.has(keyOf(instance))) controls.set(keyOf(instance), Promise.resolve(verdict));
    return resultsFor(instance, verdict, options, execution, diagnostics);
  };

  await Promise.all(Array.from({ length: Math.max(1, options.workers) }, worker));
  if (stopped !== undefined) throw stopped;
}

// A control may leave open what its case names: it counts for the same suite, scheme and format only.
function keyOf({ id, suite, scheme, format }: Instance): string {
  return `${id} ${suite} ${scheme} ${format}`;
}

function resultsFor(
  instance: Instance,
  verdict: Verdict,
  { ledger, selects }: RunOptions,
  execution?: Execution,
  diagnostics = "",
): CheckResult[] {
  const { script } = instance;
  const parameters = instance.id.slice(script.id.length);
  // A statement on tokens of the other serialisation is not at stake here.
  const { serialisation } = formatsByName[instance.format];
  const atStake = ({ requirements }: Check) =>
    requirements.filter((id) => [undefined, serialisation].includes(ledger.get(id)?.serialisation));
  const result = (check: Check, { outcome, detail, expected, found, behaviour }: Verdict): CheckResult => ({
    check: check.id,
    instance: `${check.id}${parameters}`,
    title: check.title,
    why: check.why,
    kind: check.kind,
    requirements: atStake(check),
    goal: check.goal,
    position: instance.position,
    parameters: {
      cipherSuite: instance.cipherSuite,
      signatureScheme: schemeName(schemeOf[instance.scheme]),
      ...(script.attested && { format: instance.format }),
    },
    outcome,
    detail,
    ...(expected !== undefined && { expected }),
    ...(found !== undefined && { found }),
    ...(behaviour && { behaviour }),
    ...(diagnostics !== "" && outcome !== "pass" && { diagnostics: diagnostics.slice(-1000) }),
  });
  const judged = script.judged.map((check) => {
    const name = check.id.slice(script.id.length + 1);
    // What blocked the script blocked its judging as well.
    if (execution === undefined) return result(check, verdict.outcome === "unsupported" ? verdict : blockedBy(verdict));
    const judgement = execution.judged.find(({ step }) => step === name);
    return result(check, stepVerdict(check, judgement, execution, ledger));
  });
  const isSelected = (id: string) => selects?.(id) ?? true;
  return [result(script, verdict), ...judged].filter(({ check, instance: id }) => isSelected(check) || isSelected(id));
}

function blockedBy({ outcome, detail }: Verdict): Verdict {
  return { outcome: "blocked", detail: outcome === "blocked" ? detail : `the script was stopped: ${detail}` };
}
