import type { Case } from "../scenario/case.ts";

/** Parts of the language that a campaign can be narrowed to, with the stages that belong to them. */
export const focuses = {
  authenticator: /^(certificate|signature-input|certificate-verify|mac-input|finished|frame)$/,
  evidence: /^(second-)?(claims|evidence|evidence-signature)$|^(result-claims|result|result-signature)$/,
  binding: /^(secrets|binding|aik-hash)$/,
  cmw: /^(cmw|signed-cmw|cmw-signature|extension)$/,
  request: /^(context|extensions|message|frame)$/,
} as const;

export type Focus = keyof typeof focuses;

/** True where a stage belongs to one of the focuses; with none of them, all do. */
export function inFocus(stage: string, wanted: readonly Focus[]): boolean {
  return wanted.length === 0 || wanted.some((name) => focuses[name].test(stage));
}

/** True where a case of the suites edits a stage that belongs to one of the focuses; with none of them, of all cases. */
export function isCaseInFocus({ steps }: Pick<Case, "steps">, wanted: readonly Focus[]): boolean {
  if (wanted.length === 0) return true;
  const edits = steps.flatMap((step) => ("request" in step ? step.request : "authenticate" in step ? step.authenticate : {}).mutate ?? []);
  return edits.some(({ at }) => inFocus(at.split(".", 1)[0] ?? "", wanted));
}
