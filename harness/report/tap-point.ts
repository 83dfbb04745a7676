import { oneLine, printable } from "./printable.ts";

/** One test point of TAP 14, and how it is written. */
export interface TapPoint {
  readonly status: "ok" | "not ok";
  readonly description: string;
  readonly directive?: { readonly word: "SKIP" | "TODO"; readonly reason: string } | undefined;
  /** The YAML block. Nothing in it may be null: tap-junit cannot read that. */
  readonly diagnostics?: Readonly<Record<string, string | readonly string[]>> | undefined;
}

export const TAP_VERSION = "TAP version 14\n";

/** The lines of a test point, with its number in the stream. */
export function tapPoint(number: number, { status, description, directive, diagnostics }: TapPoint): string {
  const end = directive ? ` # ${directive.word} ${tapText(directive.reason)}` : "";
  const lines = [`${status} ${number} - ${tapText(description)}${end}`];
  const members = Object.entries(diagnostics ?? {});
  if (members.length > 0) {
    // JSON is YAML, and no text of an implementation can break out of a JSON string.
    lines.push("  ---", ...members.map(([name, value]) => `  ${name}: ${JSON.stringify(cleaned(value))}`), "  ...");
  }
  return `${lines.join("\n")}\n`;
}

/** A comment line. */
export function tapComment(text: string): string {
  return `# ${oneLine(text)}\n`;
}

/** The plan, which stands at the end: without one the stream is that of an aborted run. */
export function tapPlan(points: number): string {
  return `1..${points}\n`;
}

/**
 * A text as it may stand in a description or directive: `\` and `#` escaped, on one line. A `{` at the end would open a subtest and
 * cannot be escaped, so that a full stop follows it.
 */
export function tapText(text: string): string {
  return oneLine(text).replace(/[\\#]/g, "\\$&").replace(/\{$/, "{.");
}

function cleaned(value: string | readonly string[]): string | string[] {
  return typeof value === "string" ? printable(value) : value.map(printable);
}
