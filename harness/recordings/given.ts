import { evidenceIn } from "../appraisal/attestation-reading.ts";
import { isSignedCmw } from "../appraisal/cmw-reading.ts";
import { type AppraisalState, attestationExtensions } from "../appraisal/state.ts";
import { defaultProfile } from "../attestation/profile.ts";
import { connectionOf } from "../vectors/connection.ts";
import { type Begun, begin, type Judged } from "../vectors/judge.ts";
import { fromHex } from "../wire/bytes.ts";
import { ExtensionType } from "../wire/code-points.ts";
import { DecodeError } from "../wire/reader.ts";
import { decodeRequest, offeredSchemes } from "../wire/request.ts";
import type { Recording } from "./schema.ts";

/** From a recording, which may leave out much, to what the steps begin with; and to what they cannot be asked without. */

/** What a step needs and the recording does not give: members of its `inputs`, one of which would do. */
export interface Needed {
  readonly members: readonly string[];
  /** What of the step was judged all the same. */
  readonly judged?: string;
  /** Of one that is needed for some messages alone: whether it is for this one, asked when the step has run (and passed). */
  readonly where?: (state: object) => boolean;
}

/** An appraisal that is about to begin, and of each step that cannot be judged (in full) why not. */
export interface Prepared {
  readonly begun: readonly Begun[];
  readonly needed: ReadonlyMap<string, readonly Needed[]>;
  /** The time that is judged by; undefined where none is. */
  readonly now: Date | undefined;
}

const NO_TRUST = { pkix: [], attestation: [], results: [] };

/** Puts what the recording does not say in place. Throws InputError where what it says cannot be read. */
export function prepare(recording: Recording, clock: Date): Prepared {
  const { kind, output } = recording;
  const given = recording.inputs as Partial<Recording<"authenticator">["inputs"]> & Partial<Recording<"exchange">["inputs"]>;
  const now = new Date(given.now ?? clock.toISOString());
  const timed = kind !== "request" && kind !== "empty" && kind !== "exporter" && kind !== "binding";
  const inputs = {
    ...recording.inputs,
    profile: given.profile ?? defaultProfile,
    trust: { ...NO_TRUST, ...withoutAbsent(given.trust ?? {}) },
    // Undefined, the step `policy` has nothing to demand: it is then not judged.
    policy: { attestation: "optional", measurement: null, signedCmw: "accept", ...withoutAbsent(given.policy ?? {}) },
    now: now.toISOString(),
    consumedContexts: given.consumedContexts ?? [],
    earlierContexts: "earlierContexts" in given ? given.earlierContexts : [],
    clientHello: given.clientHello ?? null,
    request: given.request ?? null,
    asked: askedOf(recording),
  };
  const begun = begin({ kind, inputs, output } as unknown as Judged);
  return { begun: begun.map((one) => asGiven(one, recording)), needed: neededOf(recording), now: timed ? now : undefined };
}

// What was asked for, as the request itself says it where nobody else does.
function askedOf({ kind, inputs, output }: Recording): unknown {
  if ("asked" in inputs && inputs.asked) return inputs.asked;
  const asked = { signatureSchemes: [] as number[], attestation: false };
  if ((kind !== "request" && kind !== "exchange") || !("request" in output)) return asked;
  const { cmwAttestation } = inputs && "profile" in inputs && inputs.profile ? inputs.profile : defaultProfile;
  const context = kind === "request" ? { context: null } : {};
  try {
    const request = decodeRequest(fromHex(output.request));
    const types = request.extensions.map(({ type }) => type);
    const signatureSchemes = types.includes(ExtensionType.signatureAlgorithms) ? (offeredSchemes(request) ?? []) : [];
    return { ...asked, ...context, signatureSchemes, attestation: types.includes(cmwAttestation) };
  } catch (error) {
    if (error instanceof DecodeError) return { ...asked, ...context };
    throw error;
  }
}

// Values that nobody gave are not there, in place of being empty.
function asGiven(begun: Begun, { inputs, kind }: Recording): Begun {
  const connection = "connection" in inputs ? inputs.connection : undefined;
  if (begun.about === "empty" && connection && "sender" in inputs) {
    return { ...begun, state: { ...begun.state, connection: connectionOf(connection, inputs.sender) } };
  }
  if (begun.about !== "authenticator") return begun;
  const given = "trust" in inputs ? inputs.trust : undefined;
  const { input, facts, read } = begun.state;
  const sender = "sender" in inputs ? inputs.sender : "server";
  const state: AppraisalState = {
    facts,
    read,
    input: {
      ...input,
      ...(connection && kind !== "result" && { connection: connectionOf(connection, sender) }),
      trust: {
        pkix: given?.pkix && input.trust.pkix,
        attestation: given?.attestation && input.trust.attestation,
        results: given?.results && input.trust.results,
      },
    },
  };
  return { ...begun, state };
}

// The steps that ask for more than a message and an exporter. (What is missing of the exporter shows when a step asks for it.)
function neededOf({ kind, inputs }: Recording): Map<string, readonly Needed[]> {
  const needed = new Map<string, readonly Needed[]>();
  if (kind === "authenticator" && "sender" in inputs && !("request" in inputs && inputs.request !== undefined)) {
    const members = ["request"];
    for (const step of ["context", "schemes", "extensions", "certificate-verify", "finished"]) needed.set(step, [{ members }]);
  }
  const { trust, policy } = inputs as Partial<Recording<"authenticator">["inputs"]>;
  const path = "all but the path to a root";
  if (trust?.pkix === undefined) needed.set("certificate-path", [{ members: ["trust.pkix"], judged: path }]);
  if (trust?.attestation === undefined) {
    needed.set("evidence-signature", [{ members: ["trust.attestation"], judged: path }]);
    needed.set("cmw", [{ members: ["trust.attestation"], judged: path, where: holdsSignedCmw }]);
  }
  if (trust?.results === undefined) needed.set("result", [{ members: ["trust.results"], judged: path }]);
  if (policy === undefined) needed.set("policy", [{ members: ["policy"] }]);
  else needed.set("policy", neededOfPolicy(policy));
  return needed;
}

// The demand decides where nothing is attested, the reference value where there is Evidence: who gives neither has judged neither.
function neededOfPolicy({ attestation, measurement }: NonNullable<Recording<"authenticator">["inputs"]["policy"]>): Needed[] {
  const needed: Needed[] = [];
  if (attestation === undefined) needed.push({ members: ["policy.attestation"], where: isUnattested });
  // null is a policy: any measurement will do.
  if (measurement === undefined) needed.push({ members: ["policy.measurement"], judged: "that attestation is there", where: hasEvidence });
  return needed;
}

function isUnattested(state: object): boolean {
  return "facts" in state && attestationExtensions(state as AppraisalState).length === 0;
}

// What could not be read may be Evidence.
function hasEvidence(state: object): boolean {
  if (!("facts" in state) || isUnattested(state)) return false;
  const { facts } = state as AppraisalState;
  return facts.messages === undefined || evidenceIn(state as AppraisalState).length > 0;
}

function holdsSignedCmw(state: object): boolean {
  const cmwData = "facts" in state ? (state as AppraisalState).facts.cmwData : undefined;
  return cmwData !== undefined && isSignedCmw(cmwData);
}

function withoutAbsent(members: object): object {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
