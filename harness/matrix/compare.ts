import type { Matrix, MatrixResult } from "./records.ts";

/**
 * In what two matrices differ that must not depend on the day: the implementations, and what each exchange of each pair came to and who is blamed.
 * One line a difference; none where they agree.
 */
export function differences(published: Matrix, made: Matrix): string[] {
  const lines: string[] = [];
  const names = ({ header }: Matrix): string[] =>
    header.implementations.map(({ name, version, notBuilt }) => `${name} ${version}${notBuilt === undefined ? "" : " (not built)"}`);
  compare("implementations", names(published).join(", "), names(made).join(", "), lines);
  const [before, after] = [stable(published), stable(made)];
  for (const key of new Set([...before.keys(), ...after.keys()]))
    compare(key, before.get(key) ?? "(not there)", after.get(key) ?? "(not there)", lines);
  return lines;
}

function compare(what: string, published: string, found: string, lines: string[]): void {
  if (published !== found) lines.push(`${what}: published ${published}, found ${found}`);
}

function stable({ results }: Matrix): Map<string, string> {
  return new Map(results.map((result) => [keyOf(result), `${result.outcome}${result.blame ? `, ${result.blame.verdict}` : ""}`]));
}

function keyOf({ attester, relyingParty, direction, instance }: MatrixResult): string {
  return `${attester} with ${relyingParty}, ${direction}, ${instance}`;
}
