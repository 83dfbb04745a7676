import { contextSteps } from "../appraisal/context-steps.ts";
import { runAll } from "../appraisal/finding.ts";
import type { Answer, IutConnection } from "../iut/driver.ts";
import { pki } from "../pki/test-pki.ts";
import { getContext } from "../wire/authenticator.ts";
import type { Bytes } from "../wire/bytes.ts";
import { DecodeError } from "../wire/reader.ts";
import { decodeRequest } from "../wire/request.ts";
import { type Deviation, describeRefusal } from "./answers.ts";
import { schemeOf } from "./parameters.ts";
import type { ContextsStep } from "./schema.ts";
import type { ScriptRun } from "./script-run.ts";

/**
 * Has the IUT make many requests (RFC 9261 section 4), or many authenticators without one (section 5.2.1), and judges the contexts that it
 * chose as a sample. Returns a deviation where one was not made or cannot be read. Throws what the driver throws.
 */
export async function askContexts(run: ScriptRun, { of, on, count }: ContextsStep): Promise<Deviation | undefined> {
  const make = of === "requests" ? makeRequest : makeSpontaneous;
  const read = of === "requests" ? (bytes: Bytes) => decodeRequest(bytes).certificateRequestContext : getContext;
  const what = of === "requests" ? "a request" : "an authenticator without a request";
  const connections: { name: string; contexts: Bytes[] }[] = [];
  for (const name of on) {
    const connection = await run.connect(name);
    const contexts: Bytes[] = [];
    while (contexts.length < count) {
      const answer = await make(run, connection);
      if ("refused" in answer)
        return { expected: `${what}, number ${contexts.length + 1} on ${name}`, found: describeRefusal(answer.refused) };
      try {
        contexts.push(read(answer.value));
      } catch (error) {
        if (error instanceof DecodeError) return { expected: `${what} that can be read`, found: error.message };
        throw error;
      }
    }
    connections.push({ name, contexts });
  }
  run.judge(runAll(contextSteps, { connections }));
  return undefined;
}

function makeRequest(run: ScriptRun, connection: IutConnection): Promise<Answer<Bytes>> {
  return connection.request({ signatureSchemes: [schemeOf[run.context.scheme]], attestation: false });
}

function makeSpontaneous(run: ScriptRun, connection: IutConnection): Promise<Answer<Bytes>> {
  const { chain, pkcs8 } = pki(`identity-${run.context.scheme}`);
  return connection.authenticate({ request: null, identity: { chain: [...chain], key: pkcs8 }, attestation: null });
}
