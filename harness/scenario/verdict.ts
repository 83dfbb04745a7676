import type { StepResult } from "../appraisal/finding.ts";
import { MutationError } from "../forge/edit.ts";
import { IutFailure } from "../iut/control.ts";
import { NotObservableError, SetUpError } from "../iut/driver.ts";
import { RpcCode, RpcError } from "../iut/rpc-error.ts";
import { ChannelError } from "../tls/channel.ts";
import type { Case, Check } from "./case.ts";
import type { Execution } from "./execute.ts";
import { type Ledger, severity } from "./ledger.ts";
import type { Verdict } from "./result.ts";

/** The one place where what happened becomes an outcome. Levels come from the ledger; error texts decide nothing. */

/** The verdict of a case whose script ran to an end. */
export function verdictOf(script: Case, { deviation, observation, shown, judged }: Execution, ledger: Ledger): Verdict {
  if (script.kind === "probe") {
    if (deviation) return { outcome: "observed", detail: `${deviation.found} instead of ${deviation.expected}`, ...deviation };
    const behaviour = shown && script.behaviours.get(shown);
    return { outcome: "observed", detail: observation ?? "nothing to see", ...(behaviour && { behaviour }) };
  }
  // Each finding is the verdict of its own step; what came of it all is not what the title says, and no control for others.
  const failed = judged.filter(({ kind }) => kind === "finding").map(({ step }) => step);
  if (deviation === undefined && failed.length > 0)
    return { outcome: "blocked", detail: `what it made fails the step ${failed.join(", ")}` };
  // What an implementation has a right to is no failure, and no answer to the question either.
  if (deviation === undefined)
    return observation === undefined ? { outcome: "pass", detail: "" } : { outcome: "observed", detail: observation };
  const detail = `expected ${deviation.expected}, found ${deviation.found}`;
  return { outcome: severity(script.requirements, ledger), detail, ...deviation };
}

/** The verdict of a check that is one step of a judgement. */
export function stepVerdict(check: Check, result: StepResult | undefined, execution: Execution, ledger: Ledger): Verdict {
  if (result === undefined) {
    const { deviation, observation } = execution;
    if (deviation === undefined && observation !== undefined) return { outcome: "observed", detail: observation };
    return { outcome: "blocked", detail: "the script did not come to it" };
  }
  switch (result.kind) {
    case "passed":
      return { outcome: "pass", detail: "" };
    case "finding": {
      const { expected, found } = result.finding;
      return { outcome: severity(check.requirements, ledger), detail: `expected ${expected}, found ${found}`, expected, found };
    }
    case "skipped":
      return { outcome: "observed", detail: result.reason };
    case "blocked":
      return { outcome: "blocked", detail: result.reason };
  }
}

/** The verdict of a case whose script was stopped by an error. */
export function errorVerdict(script: Case, error: unknown, ledger: Ledger): Verdict {
  if (error instanceof IutFailure) {
    const found = {
      hang: "no answer in time (a hang)",
      exit: "the end of the process (a crash)",
      protocol: "no valid answer",
      start: "no start",
    };
    const expected = script.kind === "negative" ? "a refusal" : "an answer";
    // Not to answer at all is never conforming, whatever the question; of a probe it is what is observed.
    const outcome = script.kind === "probe" ? "observed" : severity(script.requirements, ledger);
    return { outcome, detail: error.message, expected, found: found[error.kind] };
  }
  if (error instanceof RpcError) {
    const unsupported = error.code === RpcCode.unsupported || error.code === RpcCode.methodNotFound;
    const found = unsupported
      ? `"${error.feature ?? error.message}" unsupported, though what hello declares needs it`
      : `an error instead of a decision: ${error.code} ${error.message}`;
    const expected = script.kind === "negative" ? "a refusal as a result" : "a result";
    return { outcome: script.kind === "probe" ? "observed" : "fail", detail: `expected ${expected}, found ${found}`, expected, found };
  }
  if (error instanceof NotObservableError) return { outcome: "unsupported", detail: error.message };
  if (error instanceof SetUpError || error instanceof ChannelError) {
    return { outcome: "blocked", detail: `the set-up failed: ${error.message}` };
  }
  const ours = error instanceof MutationError ? "the scenario does not fit" : "an error of the harness";
  const stack = error instanceof Error ? (error instanceof MutationError ? error.message : (error.stack ?? error.message)) : String(error);
  return { outcome: "harness-error", detail: `${ours}: ${stack}` };
}
