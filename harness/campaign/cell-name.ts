/** What the name of a cell says, in the order in which `cellName` of generator.ts writes it. */
export interface NamedCell {
  readonly position: string;
  /** `unattested` is one of them; undefined for a case of the suites, which says itself what is attested. */
  readonly format?: string | undefined;
  /** A stage of the build with an operation on it, a kind of sequence, a case of the suites, or an exchange that is right. */
  readonly what:
    | { readonly kind: "stage"; readonly stage: string; readonly operation: string }
    | { readonly kind: "sequence"; readonly ending: string }
    | { readonly kind: "check"; readonly id: string }
    | { readonly kind: "valid" };
}

/** Reads the name of a cell. Reports hold names and no cells: they are read without the language that made them. */
export function readCellName(name: string): NamedCell {
  const [position = "", second = "", ...rest] = name.split(" ");
  if (rest.length === 0) return { position, what: { kind: "check", id: second } };
  const last = rest.join(" ");
  const cut = last.indexOf("/");
  if (cut < 0) return { position, format: second, what: { kind: "valid" } };
  const [stage, operation] = [last.slice(0, cut), last.slice(cut + 1)];
  const what = stage === "sequence" ? ({ kind: stage, ending: operation } as const) : ({ kind: "stage", stage, operation } as const);
  return { position, format: second, what };
}
