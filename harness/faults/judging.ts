import { finding, type Rule } from "../appraisal/finding.ts";
import type { AppraisalInput, AppraisalState } from "../appraisal/state.ts";
import { parseCertificate } from "../authenticator/certificate.ts";
import { sameName } from "../authenticator/distinguished-name.ts";
import type { Bytes } from "../wire/bytes.ts";
import { DecodeError } from "../wire/reader.ts";
import { type Fault, type Judging, leftOut } from "./fault.ts";

/** Ways to weaken a rule of the appraisal. */

/** What a rule has found that judges in another way: its words are asked by nobody. */
export const WRONG = finding("other", "what a weakened rule still asks", "something else");

export const NO_BYTES: Bytes = new Uint8Array(0);

/** A fault in rules of the appraisal: what is wrong, the statements, and the rules that judge in another way. */
export interface WeakenedRules extends Pick<Fault, "title" | "requirements" | "needs"> {
  /** Behind `relying-party/` in the id of the fault. */
  readonly name: string;
  readonly rules: Readonly<Record<string, Judging>>;
}

/** The fault of weakened rules. */
export function weakened({ name, title, requirements, needs, rules }: WeakenedRules): Fault {
  return { id: `relying-party/${name}`, role: "relying-party", title, requirements, breaks: { rules }, needs };
}

/** Rules that are left out. */
export function without(...rules: readonly string[]): Readonly<Record<string, Judging>> {
  return Object.fromEntries(rules.map((rule) => [rule, leftOut]));
}

/** A rule that is content where it, or the same rule over an altered input, has no finding. */
export function orWith(...alterations: readonly ((input: AppraisalInput) => AppraisalInput)[]): Judging {
  return (right) => (state) => {
    const found = right.run(state);
    return found && alterations.some((alter) => right.run({ ...state, input: alter(state.input) }) === undefined) ? undefined : found;
  };
}

/** A rule over an altered input. */
export function over(alter: (input: AppraisalInput) => AppraisalInput): Judging {
  return (right) => (state) => right.run({ ...state, input: alter(state.input) });
}

/** A rule that reads, and of what it read keeps only a part. */
export function keeping(cut: (state: AppraisalState) => void): Judging {
  return (right) => (state) => {
    const found = right.run(state);
    if (found === undefined) cut(state);
    return found;
  };
}

/** A rule that is asked with further anchors in one of the lists of trust. */
export function trusting(
  list: keyof AppraisalInput["trust"],
  more: (state: AppraisalState) => readonly Bytes[],
): (right: Rule<AppraisalState>) => Rule<AppraisalState>["run"] {
  return (right) => (state) => {
    const { trust } = state.input;
    return right.run({ ...state, input: { ...state.input, trust: { ...trust, [list]: [...(trust[list] ?? []), ...more(state)] } } });
  };
}

/** The certificates of a chain that name themselves as issuer: the roots that came along, and the end-entity certificate never. */
export function rootsIn([, ...issuers]: readonly Bytes[]): Bytes[] {
  return issuers.filter((der) => {
    const { subject, issuer } = parseCertificate(der);
    return sameName(subject, issuer);
  });
}

/** The input of a relying party that hashes under SHA-256, whatever the suite. */
export function underSha256(input: AppraisalInput): AppraisalInput {
  return {
    ...input,
    connection: {
      hash: "sha256",
      exportKeyingMaterial: (label, context, length) => input.connection.exportKeyingMaterial(label, context, length),
    },
  };
}

/** What `read` gives; undefined where what it reads is malformed. */
export function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}
