import type { Accepted } from "../appraisal/appraise.ts";
import type { Finding, Rule } from "../appraisal/finding.ts";
import type { AppraisalInput, AppraisalState } from "../appraisal/state.ts";
import type { Model } from "../attestation/format.ts";
import type { BuildInput } from "../forge/authenticator-values.ts";
import type { Mutation } from "../forge/mutation.ts";
import type { RequestInput } from "../forge/request-stages.ts";
import type { Method, Params, Result } from "../iut/protocol.ts";
import type { Parts } from "../reference/parts.ts";
import type { FormatName, SchemeName, SuiteName } from "../scenario/parameters.ts";
import type { AuthenticatorHash } from "../wire/code-points.ts";

/** A named defect that the reference can be started with, to prove that a check sees it. */
export interface Fault {
  /** Stable: `attester/signature-input/request-left-out`. The first part is the role. */
  readonly id: string;
  readonly role: "attester" | "relying-party";
  /** What is wrong, as a sentence about the implementation that has it. */
  readonly title: string;
  /** Ids of the ledger: the statements that it breaks. */
  readonly requirements: readonly string[];
  readonly breaks: Breaks;
  /** What the checks are run with where they name it, so that the defect can show; default: the first of each. */
  readonly needs?: Needs | undefined;
  /** Why nothing that can be seen from outside is wrong: then no check may find anything. */
  readonly equivalent?: string | undefined;
}

/** Parameters of the instances that are run. */
export interface Needs {
  readonly suite?: SuiteName;
  readonly scheme?: SchemeName;
  readonly format?: FormatName;
  readonly side?: "client" | "server";
}

/** What is broken: exactly one member. */
export type Breaks =
  /** Edits of every authenticator that is made, in the language of the scenarios; where one does not fit, what is right is made. */
  | { readonly authenticator: Edits<BuildInput>; readonly when?: Condition }
  /** The same for every request. */
  | { readonly request: Edits<RequestInput> }
  /** Rules of the appraisal (`STEP/RULE`) that judge in another way, or do not judge at all (`leftOut`). */
  | { readonly rules: Readonly<Record<string, Judging>> }
  /** A rule that is left out: of path validation, or of what is asked before something is done (harness/reference). */
  | { readonly withoutRule: `${"path" | "answering" | "asking" | "relying"}/${string}` }
  /** What is appraised is altered before, or what an acceptance says behind it. */
  | { readonly appraises: (input: AppraisalInput) => AppraisalInput }
  | { readonly reports: (accepted: Accepted, input: AppraisalInput) => Accepted }
  /** Other parts; called once for each implementation that is started, so that it can keep a state of its own. */
  | { readonly parts: (right: Parts) => Partial<Parts> }
  /** Methods that are answered otherwise; called once in the same way. */
  | { readonly answers: () => Overrides }
  /** TLS itself: such a fault is looked for over real sockets. */
  | { readonly tls: (right: Parts) => Partial<Parts> };

/** A rule of the appraisal that judges in another way. It must still read what later rules need, as `right` does. */
export type Judging = (right: Rule<AppraisalState>) => (state: AppraisalState) => Finding | undefined;

/** A rule that reads and does not judge: what it would find is let pass. */
export const leftOut: Judging = (right) => (state) => {
  right.run(state);
  return undefined;
};

/** Edits as data, or made for what is about to be built. A value is a form of docs/writing-a-scenario.md, or a Deferred. */
export type Edits<Input> = readonly FaultEdit[] | ((input: Input) => readonly FaultEdit[]);

/** An edit; `reseal` may be left out, and is then true. */
export type FaultEdit = Omit<Mutation, "reseal"> & { readonly reseal?: Mutation["reseal"] };

/** When an authenticator is edited; what is left out does not matter. */
export interface Condition {
  readonly attested?: boolean;
  readonly hash?: AuthenticatorHash;
  readonly cmw?: "cbor" | "json";
  readonly model?: Model;
  readonly form?: "record" | "tag" | "collection";
  /** True: an empty authenticator is made. */
  readonly declines?: boolean;
  /** True: it is made without a request. */
  readonly spontaneous?: boolean;
  /** The format of Evidence that it makes. */
  readonly format?: string;
}

/** Calls a method of the implementation as it would be without the fault. */
export type Call = <M extends Method>(method: M, params: Params<M>) => Promise<Result<M>>;

/** Methods with other answers: each is given what it is asked, and the right way to answer. */
export type Overrides = {
  readonly [M in Method]?: (params: Params<M>, right: Call) => Promise<Result<M>>;
};
