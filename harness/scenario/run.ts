import type { PayloadAdapter } from "../attestation/payload.ts";
import type { Profile } from "../attestation/profile.ts";
import { StimulusError } from "../forge/comparison.ts";
import { IutFailure, withLastWords } from "../iut/control.ts";
import { type Driver, SetUpError } from "../iut/driver.ts";
import { schemeName } from "../wire/code-points.ts";
import type { Check } from "./case.ts";
import { type Execution, execute } from "./execute.ts";
import { differ, Held, inconsistent } from "./held.ts";
import { type Ledger, notInRevision } from "./ledger.ts";
import { shuffled } from "./order.ts";
import { formatsByName, schemeOf } from "./parameters.ts";
import { controlInstance, type Instance } from "./plan.ts";
import type { CheckResult, Verdict } from "./result.ts";
import type { Anchors } from "./script-run.ts";
import { type Stimulus, StimulusLog } from "./stimulus.ts";
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
  /**
   * False: no refusal waits for its control to succeed again, and what was sent is not recorded. For an implementation that is known to
   * decide alike each time, as those of a proof are (harness/faults). Default: true.
   */
  readonly wary?: boolean;
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
  readonly stimulus: Stimulus | undefined;
  readonly diagnostics: string;
}

type RunOnce = (instance: Instance) => Promise<Attempt>;

/**
 * Runs all instances, in an order that the seed decides, and repeats controls behind the refusals that rest on them. Throws what `start` throws, or IutFailure of kind
 * `protocol` where the shim speaks something else.
 */
export async function runInstances(instances: readonly Instance[], options: RunOptions): Promise<void> {
  const { wary = true } = options;
  const controls = new Map<string, Promise<Verdict>>();
  const runs = new Map<string, number>();
  const queue = shuffled(instances, options.seed, keyOf).entries();
  let failuresInARow = 0;
  let stopped: unknown;
  let done = 0;

  const worker = async (number: number): Promise<void> => {
    let driver: Driver | undefined;
    const held = new Held(options.seed, `worker ${number}`);
    const runOnce = async (instance: Instance): Promise<Attempt> => {
      driver ??= await options.start();
      const running = driver;
      const { profile, payload, anchors, seed } = options;
      const { position, cipherSuite, scheme, format, script } = instance;
      const common = { position, cipherSuite, scheme, format, profile, payload, anchors, seed };
      const stimulus = script.kind === "positive" || !wary ? undefined : new StimulusLog();
      // What is run again is another exchange: by its contexts nobody can tell that it was seen before.
      const run = runs.get(keyOf(instance)) ?? 0;
      runs.set(keyOf(instance), run + 1);
      const name = run === 0 ? instance.id : `${instance.id}, run ${run + 1}`;
      try {
        const execution = await execute(script, running, { ...common, instance: name, stimulus });
        failuresInARow = 0;
        const verdict = verdictOf(script, execution, options.ledger);
        const sent = stimulus?.record(script, verdict.outcome === "pass");
        return { verdict, execution, stimulus: sent, diagnostics: running.diagnostics() };
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
        const verdict = errorVerdict(script, error, options.ledger);
        const sent = error instanceof StimulusError ? undefined : stimulus?.record(script, false);
        return { verdict, execution: undefined, stimulus: sent, diagnostics };
      }
    };
    const repeat = async (all: boolean): Promise<void> => {
      for (const { control, refusals, again } of held.due(all)) {
        const verdict = await repeated(control, runOnce);
        const seen = again && (await repeated(again.instance, runOnce));
        for (const refusal of refusals) {
          refusal.release(secondVerdict(control, verdict, refusal === again ? seen : undefined));
        }
      }
    };
    try {
      for (const [, instance] of queue) {
        if (stopped !== undefined) return;
        const { verdict, attempt } = await judged(instance, runOnce);
        done++;
        const { script } = instance;
        const release = (other = verdict) => options.report(resultsFor(instance, other, options, attempt), done);
        if (wary && script.kind === "negative" && script.control && verdict.outcome === "pass") {
          const control = controlInstance(instance, script.control);
          held.hold(keyOf(control), control, { instance, release });
        } else release();
        await repeat(false);
      }
      if (stopped === undefined) await repeat(true);
    } catch (error) {
      stopped ??= error;
    } finally {
      await driver?.stop();
    }
  };

  // A connection that did not come about may have been chance, once.
  const repeated = async (instance: Instance, runOnce: RunOnce): Promise<Verdict> => {
    if (failuresInARow >= GIVE_UP_AFTER) return givenUp(failuresInARow);
    const { verdict } = await runOnce(instance);
    return verdict.outcome === "blocked" ? (await runOnce(instance)).verdict : verdict;
  };

  const judged = async (instance: Instance, runOnce: RunOnce): Promise<{ verdict: Verdict; attempt?: Attempt }> => {
    const { script } = instance;
    const unsupported = instance.unsupported ?? notInRevision(script.requirements, options.ledger, options.profile.revision);
    if (unsupported !== undefined) return { verdict: { outcome: "unsupported", detail: unsupported } };
    if (failuresInARow >= GIVE_UP_AFTER) return { verdict: givenUp(failuresInARow) };
    if (script.control && script.kind !== "positive") {
      const control = controlInstance(instance, script.control);
      const running = controls.get(keyOf(control)) ?? runOnce(control).then(({ verdict }) => verdict);
      controls.set(keyOf(control), running);
      const verdict = await running;
      if (verdict.outcome !== "pass") {
        const detail = `its control ${control.id} did not succeed (${verdict.outcome}): ${verdict.detail}`;
        return { verdict: { outcome: "blocked", detail } };
      }
    }
    const attempt = await runOnce(instance);
    if (script.kind !== "positive") return { verdict: attempt.verdict, attempt };
    const before = await controls.get(keyOf(instance));
    if (before === undefined) controls.set(keyOf(instance), Promise.resolve(attempt.verdict));
    else if (differ(before.outcome, attempt.verdict.outcome)) {
      return { verdict: inconsistent("the same, as the control of others,", before.outcome, attempt.verdict), attempt };
    }
    return { verdict: attempt.verdict, attempt };
  };

  await Promise.all(Array.from({ length: Math.max(1, options.workers) }, (_, number) => worker(number)));
  if (stopped !== undefined) throw stopped;
}

/** What becomes of a refusal that passed, when its control has been run again, and perhaps itself; undefined: it stands. */
function secondVerdict(control: Instance, repeated: Verdict, seen: Verdict | undefined): Verdict | undefined {
  // What must be refused was accepted: that it was refused once before is no excuse.
  if (seen && (seen.outcome === "fail" || seen.outcome === "warn"))
    return { ...seen, detail: `${seen.detail}, though it was refused before` };
  if (repeated.outcome === "blocked") {
    return { outcome: "blocked", detail: `its control ${control.id} could not be repeated: ${repeated.detail}` };
  }
  if (differ("pass", repeated.outcome)) return inconsistent(`its control ${control.id}`, "pass", repeated);
  if (seen && seen.outcome !== "blocked" && differ("pass", seen.outcome)) return inconsistent("the same", "pass", seen);
  return undefined;
}

function givenUp(failures: number): Verdict {
  const detail = `given up: the implementation hung, ended or could not be connected with in ${failures} cases in a row`;
  return { outcome: "blocked", detail };
}

// A control may leave open what its case names: it counts for the same suite, scheme and format only.
function keyOf({ id, suite, scheme, format }: Instance): string {
  return `${id} ${suite} ${scheme} ${format}`;
}

function resultsFor(
  instance: Instance,
  verdict: Verdict,
  { ledger, selects }: RunOptions,
  { execution, stimulus, diagnostics }: Attempt = { verdict, execution: undefined, stimulus: undefined, diagnostics: "" },
): CheckResult[] {
  const { script } = instance;
  const parameters = instance.id.slice(script.id.length);
  // A statement on tokens of the other serialisation is not at stake here.
  const { serialisation } = formatsByName[instance.format];
  const atStake = ({ requirements }: Check) =>
    requirements.filter((id) => [undefined, serialisation].includes(ledger.get(id)?.serialisation));
  const result = (check: Check, { outcome, detail, expected, found, behaviour, sent, mistakes }: Verdict): CheckResult => ({
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
    ...(sent !== undefined && { sent }),
    ...(mistakes !== undefined && { mistakes }),
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
  return [{ ...result(script, verdict), ...(stimulus && { stimulus }) }, ...judged].filter(
    ({ check, instance: id }) => isSelected(check) || isSelected(id),
  );
}

function blockedBy({ outcome, detail }: Verdict): Verdict {
  return { outcome: "blocked", detail: outcome === "blocked" ? detail : `the script was stopped: ${detail}` };
}
