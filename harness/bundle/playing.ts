import type { PayloadAdapter } from "../attestation/payload.ts";
import type { Profile } from "../attestation/profile.ts";
import { StimulusError } from "../forge/comparison.ts";
import type { Driver } from "../iut/driver.ts";
import type { Hello } from "../iut/protocol.ts";
import type { Case } from "../scenario/case.ts";
import { type Execution, execute } from "../scenario/execute.ts";
import type { Ledger } from "../scenario/ledger.ts";
import type { AuthenticatorMessage, RequestMessage } from "../scenario/messages.ts";
import { type FormatName, type SchemeName, type SuiteName, suiteOf } from "../scenario/parameters.ts";
import type { Verdict } from "../scenario/result.ts";
import { type Stimulus, StimulusLog } from "../scenario/stimulus.ts";
import { errorVerdict, stepVerdict, verdictOf } from "../scenario/verdict.ts";
import { DEFAULT_FORMAT } from "./case-file.ts";
import { type Seen, witnessed } from "./witness.ts";

/** A verdict, with the check that it is on. */
export interface CheckVerdict {
  readonly check: string;
  readonly verdict: Verdict;
}

/** What was seen when a case was played by itself. */
export interface Playing extends Seen {
  readonly hello: Hello;
  /** Each message of the script, with the build of those that the harness made. */
  readonly messages: readonly (RequestMessage | AuthenticatorMessage)[];
  readonly stimulus: Stimulus | undefined;
  readonly failed: readonly CheckVerdict[];
  /** The case itself passed, as the control of another one has to. */
  readonly passed: boolean;
  readonly diagnostics: string;
}

/** What a case is played with; `start` gives a process of its own. */
export interface PlayingOptions {
  readonly start: () => Promise<Driver>;
  readonly ledger: Ledger;
  readonly profile: Profile;
  readonly payload: PayloadAdapter;
  readonly seed: string;
}

/** Plays a case whose parameters are all fixed, on fresh connections that are recorded. Throws what `start` throws. */
export async function playRecorded(script: Case, options: PlayingOptions, compares = true): Promise<Playing> {
  const { start, ledger, profile, payload, seed } = options;
  const driver = await start();
  const seen: Seen = { channels: [], events: [] };
  const messages: (RequestMessage | AuthenticatorMessage)[] = [];
  const stimulus = compares ? new StimulusLog() : undefined;
  const [side = "server"] = script.sides;
  const first = <T>(list: readonly T[] | undefined, fallback: T): T => list?.[0] ?? fallback;
  const context = {
    position: `${script.iut}/${side}` as const,
    cipherSuite: suiteOf[first<SuiteName>(script.cipherSuites, "sha256")],
    scheme: first<SchemeName>(script.schemes, "p256"),
    format: first<FormatName>(script.formats, DEFAULT_FORMAT),
    profile,
    payload,
    anchors: undefined,
    seed,
    instance: script.id,
    stimulus,
    watch: (message: RequestMessage | AuthenticatorMessage) => void messages.push(message),
  };
  let verdicts: CheckVerdict[];
  try {
    verdicts = verdictsOf(script, await execute(script, witnessed(driver, seen), context), ledger);
  } catch (error) {
    if (error instanceof StimulusError) {
      // Edits that cannot be told apart from one another: that is no reason to write nothing.
      await driver.stop();
      return playRecorded(script, options, false);
    }
    verdicts = [{ check: script.id, verdict: errorVerdict(script, error, ledger) }];
  }
  const diagnostics = driver.diagnostics();
  await driver.stop();
  const failed = verdicts.filter(({ verdict }) => FAILURES.includes(verdict.outcome));
  const passed = verdicts.some(({ check, verdict }) => check === script.id && verdict.outcome === "pass");
  return { ...seen, hello: driver.hello, messages, stimulus: stimulus && recordOf(stimulus, script), failed, passed, diagnostics };
}

/** Outcomes that say that an implementation, or the harness, did something wrong. */
const FAILURES: readonly Verdict["outcome"][] = ["fail", "warn", "harness-error"];

function verdictsOf(script: Case, execution: Execution, ledger: Ledger): CheckVerdict[] {
  const steps = script.judged.map((check) => {
    const result = execution.judged.find(({ step }) => step === check.id.slice(script.id.length + 1));
    return { check: check.id, verdict: stepVerdict(check, result, execution, ledger) };
  });
  return [{ check: script.id, verdict: verdictOf(script, execution, ledger) }, ...steps];
}

function recordOf(log: StimulusLog, script: Case): Stimulus | undefined {
  try {
    return log.record(script, false);
  } catch (error) {
    // Then the failure that is written says so already.
    if (error instanceof StimulusError) return undefined;
    throw error;
  }
}
