import type { Implementation, Matrix, MatrixResult } from "../matrix/records.ts";
import { columns, counted, field } from "../report/layout.ts";
import type { Palette } from "../report/palette.ts";

/** A matrix as text for a terminal: the table, what it leaves out, and each cause of a failure once. `width`: undefined where it goes to a pipe. */
export function matrixText({ header, results }: Matrix, palette: Palette, width: number | undefined): string {
  const built = header.implementations.filter(({ notBuilt }) => notBuilt === undefined);
  const attesters = built.filter(({ name }) => results.some(({ attester }) => attester === name));
  const relyingParties = built.filter(({ name }) => results.some(({ relyingParty }) => relyingParty === name));
  const lines = [...table(attesters, relyingParties, results, palette)];
  for (const { name, notBuilt } of header.implementations) {
    if (notBuilt !== undefined) lines.push("", `${name}: ${palette.doubtful(notBuilt)}`);
  }
  lines.push(...causes(results, palette, width));
  return `${lines.join("\n")}\n`;
}

function table(
  attesters: readonly Implementation[],
  relyingParties: readonly Implementation[],
  results: readonly MatrixResult[],
  palette: Palette,
): string[] {
  const cell = (attester: string, relyingParty: string): string => {
    const own = results.filter((result) => result.attester === attester && result.relyingParty === relyingParty);
    const count = (...outcomes: string[]): number => own.filter(({ outcome }) => outcomes.includes(outcome)).length;
    const failed = count("fail", "warn", "inconclusive", "harness-error");
    const blocked = count("blocked");
    const passed = count("pass", "observed");
    if (passed + failed + blocked === 0) return "nothing in common";
    return [`${passed} ok`, ...(failed > 0 ? [`${failed} failed`] : []), ...(blocked > 0 ? [`${blocked} blocked`] : [])].join(", ");
  };
  const rows = [
    ["attester \\ relying party", ...relyingParties.map(({ name }) => name)],
    ...attesters.map((attester) => [attester.name, ...relyingParties.map(({ name }) => cell(attester.name, name))]),
  ];
  return columns(rows).map((line, index) =>
    index === 0
      ? palette.strong(line)
      : line.replaceAll(/\d+ failed/g, (text) => palette.bad(text)).replaceAll(/\d+ blocked/g, (text) => palette.doubtful(text)),
  );
}

/** Failures with the same words of blame between the same two are one cause. */
function causes(results: readonly MatrixResult[], palette: Palette, width: number | undefined): string[] {
  const groups = new Map<string, MatrixResult[]>();
  for (const result of results) {
    if (!["fail", "warn", "inconclusive", "harness-error"].includes(result.outcome)) continue;
    const key = `${result.attester} ${result.relyingParty} ${result.exchange} ${result.blame?.text ?? result.detail}`;
    groups.set(key, [...(groups.get(key) ?? []), result]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { attester, relyingParty, exchange, outcome, expected, found, detail, blame, disclosure, reproduce } = first;
    const word = outcome === "fail" ? palette.bad("FAIL") : palette.doubtful(outcome.toUpperCase());
    return [
      "",
      `${word} ${attester} with ${relyingParty}: ${exchange}${group.length > 1 ? ` (${counted(group.length, "instance")})` : ""}`,
      ...(expected === undefined || found === undefined
        ? [field("what", detail, width)]
        : [field("expected", expected, width), field("found", found, width)]),
      ...(blame ? [field("whose", blame.text, width)] : []),
      ...(disclosure === undefined ? [] : [field("disclosure", disclosure, width)]),
      field("again", reproduce, undefined),
      ...(blame?.evidence ?? []).slice(0, 2).map((each) => field("alone", each.reproduce, undefined)),
    ];
  });
}
