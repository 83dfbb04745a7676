import type { StepResult } from "../appraisal/finding.ts";
import { type Driver, SetUpError } from "../iut/driver.ts";
import { ChannelError } from "../tls/channel.ts";
import type { Showing } from "./ambiguities.ts";
import type { Deviation } from "./answers.ts";
import type { Case } from "./case.ts";
import { askExport, lookAtHello } from "./claims.ts";
import { exchangeData, openConnection, watchHandshake, watchTickets } from "./connection-steps.ts";
import { askContexts } from "./context-sample.ts";
import { inFamily } from "./family.ts";
import { judgeAuthenticator, makeAuthenticator, makeRequest } from "./harness-steps.ts";
import { askAuthenticator, askContext, askRequest, askValidation } from "./iut-steps.ts";
import type { AuthenticateStep, RequestStep, Step, ValidateStep } from "./schema.ts";
import { type ExecutionContext, ScriptRun } from "./script-run.ts";
import { authenticateInputs, requestInputs, validateInputs } from "./step-inputs.ts";

/** How the script went: the first thing that was not as the script says, and what was judged. */
export interface Execution {
  readonly deviation: Deviation | undefined;
  /** For a probe: what the IUT did. */
  readonly observation: string | undefined;
  /** For a probe: the same, as the key of a behaviour. */
  readonly shown: Showing | undefined;
  readonly judged: readonly StepResult[];
}

/**
 * Runs the script of a case once, on connections of its own. Throws what the driver throws (IutFailure, RpcError, SetUpError), and
 * MutationError or another Error where the fault is the script's or ours.
 */
export async function execute(script: Case, driver: Driver, context: ExecutionContext): Promise<Execution> {
  const run = new ScriptRun(script, driver, context);
  try {
    for (const step of inFamily(script.steps, context.scheme)) {
      const deviation = await carryOut(run, step);
      if (deviation || run.ended) return outcomeOf(run, deviation);
    }
    return outcomeOf(run, undefined);
  } catch (error) {
    // A failed validation SHOULD be fatal to the connection (expat section 7), and nothing forbids an attester to end one either: what a
    // script wants of it afterwards cannot be had then.
    if (run.refusedOn.size > 0 && (error instanceof SetUpError || error instanceof ChannelError)) {
      run.observation = `ended the connection after refusing: ${error.message}`;
      run.shown = "ended";
      return outcomeOf(run, undefined);
    }
    throw error;
  } finally {
    await run.close();
  }
}

function outcomeOf({ observation, shown, judged }: ScriptRun, deviation: Deviation | undefined): Execution {
  return { deviation, observation, shown, judged };
}

async function carryOut(run: ScriptRun, step: Step): Promise<Deviation | undefined> {
  if ("request" in step) return request(run, step.request);
  if ("authenticate" in step) return authenticate(run, step.authenticate);
  if ("validate" in step) return validate(run, step.validate);
  if ("context" in step) return askContext(run, step.context);
  if ("contexts" in step) return askContexts(run, step.contexts);
  if ("connect" in step) return openConnection(run, step.connect);
  if ("data" in step) return exchangeData(run, step.data);
  if ("tickets" in step) return watchTickets(run, step.tickets);
  if ("handshake" in step) return watchHandshake(run, step.handshake);
  if ("hello" in step) return lookAtHello(run);
  return askExport(run, step.export.on);
}

async function request(run: ScriptRun, step: RequestStep): Promise<Deviation | undefined> {
  const inputs = await requestInputs(run, step);
  if (step.by === "iut") return askRequest(run, step, inputs);
  makeRequest(run, step, inputs);
  return undefined;
}

async function authenticate(run: ScriptRun, step: AuthenticateStep): Promise<Deviation | undefined> {
  const inputs = await authenticateInputs(run, step);
  if (step.by === "iut") return askAuthenticator(run, step, inputs);
  makeAuthenticator(run, step, inputs);
  return undefined;
}

async function validate(run: ScriptRun, step: ValidateStep): Promise<Deviation | undefined> {
  const inputs = await validateInputs(run, step);
  if (step.by === "iut") return askValidation(run, step, inputs);
  judgeAuthenticator(run, step, inputs);
  return undefined;
}
