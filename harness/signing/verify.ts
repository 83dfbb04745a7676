import type { KeyObject } from "node:crypto";
import { type Finding, finding, runAll } from "../appraisal/finding.ts";
import { resultSteps } from "../appraisal/result-steps.ts";
import { beginAppraisal, type Facts } from "../appraisal/state.ts";
import { CmwError, CmwIndicator, decodeCmw } from "../attestation/cmw.ts";
import type { OpenedResult } from "../attestation/format.ts";
import { cmwPayload } from "../attestation/payload.ts";
import { defaultProfile } from "../attestation/profile.ts";
import { earJwt } from "../attestation/result-ear-jwt.ts";
import { ALGORITHM_NAMES, type Claims, type Field, TokenError } from "../attestation/token.ts";
import { parseCertificate } from "../authenticator/certificate.ts";
import type { ExporterSource } from "../authenticator/secrets.ts";
import { keyFits, verifyWith } from "../authenticator/signature.ts";
import { InputError } from "../input/input-error.ts";
import { parseWholeRun, type WholeRun } from "../report/any-report.ts";
import { type Bytes, equalBytes, preview, view } from "../wire/bytes.ts";
import { digestOf, REPORT_CLAIM, reportClaims, SUBMODULE, statusOf } from "./claims.ts";

/** By what a signed report is verified: one public key, or roots that its signer's certificates must lead to. */
export type ReportTrust = { readonly key: KeyObject } | { readonly roots: readonly Bytes[] };

/** One thing that a signed report must be. */
export interface ReportCheck {
  readonly name: string;
  /** What holds where nothing is wrong. */
  readonly title: string;
  /** What is wrong; undefined: it holds. */
  readonly problem?: { readonly expected: string; readonly found: string } | undefined;
}

export interface ReportVerdict {
  readonly holds: boolean;
  readonly checks: readonly ReportCheck[];
  /** What the signed report says, as far as it could be read; to be believed only where all holds. */
  readonly status: string | undefined;
  readonly issuedAt: Date | undefined;
  /** Subject of the signer's certificate. */
  readonly signer: string | undefined;
}

/**
 * Whether `signed` is an Attestation Result over the report in `file`, at that time. Asks from outside inwards, and ends where what comes next
 * could not be read; of what a right signature covers, all that differs from the file is said.
 */
export function verifyReport(file: Bytes, signed: Bytes, trust: ReportTrust, now: Date): ReportVerdict {
  const checks: ReportCheck[] = [];
  const ask = (name: string, title: string, problem: Finding | undefined): boolean => {
    checks.push({ name, title, ...(problem && { problem: { expected: problem.expected, found: problem.found } }) });
    return problem === undefined;
  };
  const verdict = (token?: OpenedResult): ReportVerdict => ({
    holds: checks.every(({ problem }) => problem === undefined),
    checks,
    status: token?.statuses[0],
    issuedAt: token?.issuedAt === undefined ? undefined : new Date(token.issuedAt * 1000),
    signer: token && signerOf(token),
  });

  const jwt = unwrapped(signed);
  if (!ask("cmw", "It is a CMW record in JSON of an Attestation Result", "code" in jwt ? jwt : undefined) || "code" in jwt)
    return verdict();
  const token = opened(jwt.value);
  if (!ask("token", "In it is an EAR as JWT", "code" in token ? token : undefined) || "code" in token) return verdict();
  ask("algorithm", "Its algorithm is one that fits the key", wrongAlgorithm(token, trust));
  const judged = judgedAsResult(jwt.value, trust, now);
  ask("signature", "Its signature is that of who is trusted", "key" in trust ? wrongSignature(token, trust.key) : judged.signature);
  ask("times", "It is a well-formed EAR that counts now", judged.times);
  // What nobody who is trusted has signed says nothing of the report.
  if (!verdict().holds) return verdict(token);

  const appraisal = earJwt.envelope.readClaims(token.payload).map("submods")?.map(SUBMODULE);
  const said = appraisal?.map(REPORT_CLAIM);
  if (!ask("claims", "It speaks of a report of the suite", said ? undefined : notOfReport(token)) || !said) return verdict(token);
  ask("digest", "Its digest is that of the file", compared(digestOf(file), said.bytes("sha256")));
  const report = wholeRun(file);
  if (!ask("whole", "The file is the report of a run that came to its end", "code" in report ? report : undefined) || "code" in report) {
    return verdict(token);
  }
  for (const field of reportClaims(file, report)) {
    if (field.name !== "sha256") ask(field.name, `Its claim ${field.name} is what the report says`, differing(field, said));
  }
  const status = statusOf(report);
  ask("status", "Its status is what the report comes to", sameText(status, token.statuses.join(", ")));
  return verdict(token);
}

function unwrapped(signed: Bytes): { readonly value: Bytes } | Finding {
  const expected = `a CMW record in JSON of ${earJwt.mediaType} with the indicator ${CmwIndicator.attestationResults}`;
  try {
    const cmw = decodeCmw(signed);
    if (cmw.form !== "record" || cmw.encoding !== "json") return finding("cmw", expected, `a ${cmw.form} in ${cmw.encoding}`);
    if (cmw.type !== earJwt.mediaType || cmw.indicator !== CmwIndicator.attestationResults) {
      return finding(
        "cmw",
        expected,
        `one of ${cmw.type} with ${cmw.indicator === null ? "no indicator" : `the indicator ${cmw.indicator}`}`,
      );
    }
    return { value: cmw.value };
  } catch (error) {
    if (error instanceof CmwError) return finding("cmw", expected, error.message);
    throw error;
  }
}

function opened(jwt: Bytes): OpenedResult | Finding {
  try {
    return earJwt.open(jwt);
  } catch (error) {
    if (error instanceof TokenError) return finding("malformed", "a JWT with the claims of an EAR", error.message);
    throw error;
  }
}

function wrongAlgorithm({ algorithm, algorithmName, chain }: OpenedResult, trust: ReportTrust): Finding | undefined {
  if (algorithm === undefined) return finding("result-signature", ALGORITHM_NAMES, algorithmName);
  const key = "key" in trust ? trust.key : certificateOf(chain)?.publicKey;
  if (key === undefined || keyFits(algorithm, key)) return undefined;
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  return finding(
    "result-signature",
    `an algorithm for a key of type ${type}${details?.namedCurve ? ` on ${details.namedCurve}` : ""}`,
    algorithmName,
  );
}

function wrongSignature({ algorithm, signedContent, signature, algorithmName }: OpenedResult, key: KeyObject): Finding | undefined {
  if (algorithm && verifyWith(algorithm, key, signedContent, signature)) return undefined;
  return finding("result-signature", "a signature of the key that was given", `one (${algorithmName}) that does not verify`);
}

/**
 * What the steps of the appraisal say of it as an Attestation Result. With a key in place of roots nothing is asked of certificates. The status is
 * no reason to refuse here: a report that says that something fails is as genuine as another.
 */
function judgedAsResult(jwt: Bytes, trust: ReportTrust, now: Date): { signature: Finding | undefined; times: Finding | undefined } {
  const state = beginAppraisal({
    connection: NO_CONNECTION,
    sender: "server",
    profile: defaultProfile,
    request: undefined,
    authenticator: NO_BYTES,
    trust: { pkix: undefined, attestation: undefined, results: "roots" in trust ? trust.roots : undefined },
    policy: { attestation: "required" },
    now,
    consumedContexts: new Set(),
    payload: cmwPayload,
  });
  // No authenticator stands around it: what the steps need of one is put in place.
  const leaf = { path: [], form: "record", encoding: "json", type: earJwt.mediaType, value: jwt, indicator: null } as const;
  const facts: Facts = {
    certificate: { certificateRequestContext: NO_BYTES, entries: [] },
    attestations: [{ entry: 0, data: NO_BYTES }],
    messages: [{ leaf, format: earJwt }],
  };
  Object.assign(state.facts, facts);
  const results = runAll(resultSteps, state);
  const of = (name: string): Finding | undefined => {
    const result = results.find(({ step }) => step === name);
    return result?.kind === "finding" && result.rule !== "status" ? result.finding : undefined;
  };
  return { signature: of("result"), times: of("result-status") };
}

const NO_BYTES: Bytes = new Uint8Array(0);

const NO_CONNECTION: ExporterSource = {
  hash: "sha256",
  exportKeyingMaterial() {
    throw new Error("a report is bound to no connection");
  },
};

function signerOf({ chain }: OpenedResult): string | undefined {
  return certificateOf(chain)?.x509.subject.replaceAll("\n", ", ");
}

// What is no certificate the steps have a finding for.
function certificateOf([leaf]: readonly Bytes[]): ReturnType<typeof parseCertificate> | undefined {
  try {
    return leaf && parseCertificate(leaf);
  } catch {
    return undefined;
  }
}

function notOfReport(token: OpenedResult): Finding {
  return finding(
    "malformed",
    `the claim ${REPORT_CLAIM} in the submodule ${SUBMODULE}`,
    `an EAR of ${token.statuses.length} submodules without it`,
  );
}

function wholeRun(file: Bytes): WholeRun | Finding {
  try {
    return parseWholeRun(view(file).toString("utf8"), "the file");
  } catch (error) {
    if (error instanceof InputError) return finding("malformed", "the report of a run, with its footer", error.message);
    throw error;
  }
}

function compared(expected: Bytes, found: Bytes | undefined): Finding | undefined {
  if (found && equalBytes(expected, found)) return undefined;
  return finding("malformed", `SHA-256 ${preview(expected, 32)} (the file)`, found ? preview(found, 32) : "none");
}

function sameText(expected: string, found: string | undefined): Finding | undefined {
  return found === expected ? undefined : finding("malformed", expected, found ?? "none");
}

// The claims are written from the report by one function: what it would write is what must stand there.
function differing({ name, label, value }: Field, claims: Claims): Finding | undefined {
  if (typeof value === "string") return sameText(value, claims.text(label));
  if (typeof value === "number") return sameText(String(value), claims.number(label)?.toString());
  if (value instanceof Uint8Array) return compared(value, claims.bytes(label));
  if (!("fields" in value)) throw new RangeError(`the claim ${name} is a list, which no report has`);
  const inner = claims.map(label);
  if (inner === undefined) return finding("malformed", `${name}: an object`, "none");
  const wrong = value.fields.map((field) => ({ field, problem: differing(field, inner) })).find(({ problem }) => problem !== undefined);
  if (wrong?.problem) return { ...wrong.problem, expected: `${wrong.field.name} ${wrong.problem.expected}` };
  return inner.size === value.fields.length
    ? undefined
    : finding("malformed", `${name}: ${value.fields.length} members`, `${inner.size} members`);
}
