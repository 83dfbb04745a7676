import { isDeepStrictEqual } from "node:util";
import { defaultProfile, type Profile } from "../attestation/profile.ts";
import { otherSide } from "../authenticator/secrets.ts";
import { IutFailure } from "../iut/control.ts";
import type { Driver } from "../iut/driver.ts";
import type { Hello, Params, Position, Refusal } from "../iut/protocol.ts";
import { RpcError } from "../iut/rpc-error.ts";
import { kinds } from "../vectors/kinds.ts";
import { decodeCertificate, decodeFrame, getContext } from "../wire/authenticator.ts";
import { type Bytes, equalBytes, fromHex, preview, toHex } from "../wire/bytes.ts";
import { DecodeError } from "../wire/reader.ts";
import { appraise } from "./appraise.ts";
import type { Recording } from "./schema.ts";

/** Vectors asked of an implementation behind the control protocol, by the operations that need no channel. */

/** What became of one question about one vector. `blocked`: no right message of its group was accepted, so that a refusal says nothing. */
export interface Asked {
  readonly id: string;
  readonly operation: "context" | "appraise";
  readonly outcome: "pass" | "fail" | "blocked" | "not-supported";
  /** Of a failure. */
  readonly expected?: string;
  readonly found?: string;
  /** Of what was not asked, or says nothing. */
  readonly reason?: string;
}

/** True where a kind of vector can be asked of a shim at all: the others are parts that only a message on a channel brings to it. */
export function canBeAsked({ kind }: Recording): boolean {
  return kind === "request" || kind === "authenticator" || kind === "empty" || kind === "exchange";
}

/**
 * Asks an implementation about vectors of which `canBeAsked` is true: right ones first, group by group. Throws IutFailure where it hangs or
 * ends, since nothing more can be asked then.
 */
export async function askVectors(driver: Driver, vectors: readonly Recording[], profile: Profile): Promise<Asked[]> {
  const asked: Asked[] = [];
  const groups = new Map<string, Recording[]>();
  for (const vector of vectors) {
    const group = vector.id?.slice(0, vector.id.lastIndexOf("/")) ?? "";
    groups.set(group, [...(groups.get(group) ?? []), vector]);
  }
  for (const group of groups.values()) {
    const accepted = { one: false };
    for (const vector of group.toSorted((a, b) => Number(a.result === "invalid") - Number(b.result === "invalid"))) {
      asked.push(...(await askContexts(driver, vector)), ...(await askVerdict(driver, vector, profile, accepted)));
    }
  }
  return asked;
}

async function askContexts(driver: Driver, vector: Recording): Promise<Asked[]> {
  const { output } = vector;
  const about = { id: vector.id ?? vector.kind, operation: "context" } as const;
  if (!driver.hello.supports.features.includes("get-context")) return [unsupported(about, "get-context")];
  const asked: Asked[] = [];
  for (const name of ["request", "authenticator"] as const) {
    const hex = (output as Readonly<Record<string, string | undefined>>)[name];
    if (hex === undefined) continue;
    const message = fromHex(hex);
    const answer = await attempt(() => driver.context(name === "request" ? { request: message } : { authenticator: message }));
    asked.push({ ...about, ...judgeContext(contextOf(message), vector.result === "invalid", answer) });
  }
  return asked;
}

type Found<T> = { readonly value: T } | { readonly refused: Refusal } | { readonly error: string };
type Outcome = Pick<Asked, "outcome" | "expected" | "found" | "reason">;

// RFC 9261 section 7.2. What is wrong elsewhere in a message may keep its context from being told, and need not.
function judgeContext(right: Bytes | undefined, invalid: boolean, answer: Found<Bytes>): Outcome {
  const expected = right ? `the context ${preview(right, 64)}` : "a refusal";
  if ("error" in answer) return { outcome: "fail", expected: invalid ? `${expected}, or a refusal` : expected, found: answer.error };
  if ("refused" in answer) return right && !invalid ? { outcome: "fail", expected, found: refusal(answer.refused) } : { outcome: "pass" };
  if (right ? equalBytes(right, answer.value) : invalid) return { outcome: "pass" };
  return { outcome: "fail", expected, found: `the context ${preview(answer.value, 64)}` };
}

async function askVerdict(driver: Driver, vector: Recording, profile: Profile, accepted: { one: boolean }): Promise<Asked[]> {
  // An empty authenticator is refused whether it is right or wrong; a request is made, and not judged, by a relying party.
  if (vector.kind !== "authenticator" && vector.kind !== "exchange") return [];
  const invalid = vector.result === "invalid";
  if (invalid && !wrongInAnswer(vector)) return [];
  const about = { id: vector.id ?? vector.kind, operation: "appraise" } as const;
  if (driver.appraise === undefined || !driver.hello.supports.features.includes("appraise")) return [unsupported(about, "appraise")];
  const params = paramsOf(vector as Recording<"authenticator" | "exchange">);
  if (params === undefined) return [];
  const missing = notSupported(vector as Recording<"authenticator" | "exchange">, params, driver.hello, profile);
  if (missing !== undefined) return [unsupported(about, missing)];
  if (invalid && !accepted.one) return [{ ...about, outcome: "blocked", reason: "no right message of its group was accepted" }];
  const judge = driver.appraise.bind(driver);
  const answer = await attempt(() => judge(params));
  if ("error" in answer) return [{ ...about, outcome: "fail", expected: invalid ? "a refusal" : "acceptance", found: answer.error }];
  if ("refused" in answer) {
    return [
      invalid ? { ...about, outcome: "pass" } : { ...about, outcome: "fail", expected: "acceptance", found: refusal(answer.refused) },
    ];
  }
  if (invalid) return [{ ...about, outcome: "fail", expected: `a refusal (${(vector.flags ?? []).join(", ")})`, found: "acceptance" }];
  accepted.one = true;
  const expected = whatIsAccepted(params.authenticator);
  const found = { context: toHex(answer.value.context), chain: answer.value.chain.map(toHex) };
  if (isDeepStrictEqual(expected, found)) return [{ ...about, outcome: "pass" }];
  return [{ ...about, outcome: "fail", expected: JSON.stringify(expected), found: JSON.stringify(found) }];
}

// Of an exchange, the request alone may be what is wrong.
function wrongInAnswer(vector: Recording): boolean {
  const { steps } = appraise(vector, new Date(0));
  return steps.some(({ step, outcome }) => outcome === "finding" && !step.startsWith("request-"));
}

function paramsOf({ kind, inputs, output }: Recording<"authenticator" | "exchange">): Params<"appraise"> | undefined {
  const { connection, sender, trust, policy, now, consumedContexts = [] } = inputs;
  const request = "request" in output ? output.request : "request" in inputs ? inputs.request : undefined;
  const secret = connection.exporterMasterSecret;
  // What a recording leaves out may be known to nobody; vectors leave out nothing.
  if (secret === undefined || request === undefined || !policy?.attestation || now === undefined) return undefined;
  const { pkix = [], attestation = [], results = [] } = trust ?? {};
  const { measurement, signedCmw } = policy;
  const clientHello = kind === "authenticator" && "clientHello" in inputs ? inputs.clientHello : undefined;
  return {
    cipherSuite: connection.cipherSuite,
    exporterMasterSecret: fromHex(secret),
    sender,
    request: request === null ? null : fromHex(request),
    ...(clientHello && { clientHello }),
    authenticator: fromHex(output.authenticator),
    trust: { pkix: pkix.map(fromHex), attestation: attestation.map(fromHex), results: results.map(fromHex) },
    policy: {
      attestation: policy.attestation,
      ...(measurement && { measurement: fromHex(measurement) }),
      ...(signedCmw === "accept" && { signedCmw }),
    },
    now,
    consumedContexts: consumedContexts.map(fromHex),
  };
}

/** What a vector would ask that the implementation does not declare, by name. */
function notSupported(
  { kind, inputs, source }: Recording<"authenticator" | "exchange">,
  { cipherSuite, sender, request, consumedContexts }: Params<"appraise">,
  { supports }: Hello,
  profile: Profile,
): string | undefined {
  const position: Position = `relying-party/${otherSide(sender)}`;
  const made = kinds[kind].source.safeParse(source);
  const { identity, attestation } = made.success ? made.data : { identity: undefined, attestation: undefined };
  const messages = attestation ? [attestation.message, ...(attestation.second ? [attestation.second] : [])] : [];
  const feature = (name: string, needed: boolean) => (needed && !supports.features.includes(name) ? name : undefined);
  const form = attestation?.form ?? "record";
  const wrong = [
    isDeepStrictEqual(inputs.profile ?? defaultProfile, profile) ? undefined : "its profile, which is not that of this run",
    supports.positions.includes(position) ? undefined : position,
    supports.cipherSuites.includes(cipherSuite) ? undefined : cipherSuite,
    identity && !supports.signatureSchemes.includes(identity.scheme) ? `signature scheme ${identity.scheme}` : undefined,
    feature("spontaneous", request === null && sender === "server"),
    feature("replay-detection", consumedContexts.length > 0),
    feature(`cmw-${form}`, form !== "record"),
    feature("cmw-signed", attestation?.signer !== undefined && attestation.signer !== null),
    ...messages.map(({ model, mediaType }) => {
      const types = model === "passport" ? supports.results : supports.evidence;
      return supports.models.includes(model) && types.includes(mediaType) ? undefined : mediaType;
    }),
  ];
  return wrong.find((name) => name !== undefined);
}

function whatIsAccepted(authenticator: Bytes): { context: string; chain: string[] } {
  const frame = decodeFrame(authenticator);
  if (frame.kind === "empty") throw new RangeError("a valid vector is an empty authenticator");
  const { certificateRequestContext, entries } = decodeCertificate(frame.certificate);
  return { context: toHex(certificateRequestContext), chain: entries.map(({ certData }) => toHex(certData)) };
}

function contextOf(message: Bytes): Bytes | undefined {
  try {
    return getContext(message);
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

// An error in answer to a message is a failure: the implementation did not decide. One that is gone cannot be asked any more.
async function attempt<T>(ask: () => Promise<{ readonly value: T } | { readonly refused: Refusal }>): Promise<Found<T>> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof RpcError) return { error: error.describe() };
    if (error instanceof IutFailure && error.kind === "protocol") return { error: error.message };
    throw error;
  }
}

function refusal({ code, detail }: Refusal): string {
  return `refused: ${[code, detail].filter((part) => part !== undefined && part !== "").join(": ") || "no reason given"}`;
}

function unsupported(about: Pick<Asked, "id" | "operation">, what: string): Asked {
  return { ...about, outcome: "not-supported", reason: what };
}
