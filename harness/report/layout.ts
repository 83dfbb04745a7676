import { printable } from "./printable.ts";

/** Columns that names of fields stand in, before their values. */
const INDENT = "    ";
const NAME_WIDTH = 13;

/** A named value, wrapped under itself where a width is given; nothing is ever cut, and a word longer than the line stays whole. */
export function field(name: string, value: string, width: number | undefined): string {
  const lines = printable(value).trimEnd().split("\n");
  const room = width === undefined ? undefined : width - INDENT.length - NAME_WIDTH;
  const wrapped = lines.flatMap((line) => wrap(line, room));
  return wrapped.map((line, index) => `${INDENT}${(index === 0 ? name : "").padEnd(NAME_WIDTH)}${line}`.trimEnd()).join("\n");
}

/** A paragraph whose further lines are indented; wrapped where a width is given. */
export function paragraph(text: string, indent: string, width: number | undefined): string {
  const room = width === undefined ? undefined : width - indent.length;
  return printable(text)
    .split("\n")
    .flatMap((line) => wrap(line, room))
    .map((line) => `${indent}${line}`)
    .join("\n");
}

/** Rows as columns: the first to the left, the others to the right. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join("  "),
  );
}

/** `1 check`, `2 checks`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

// A terminal that is too narrow for this wraps by itself.
const LEAST_ROOM = 30;

function wrap(line: string, room: number | undefined): string[] {
  if (room === undefined || room < LEAST_ROOM || line.length <= room) return [line];
  const lines: string[] = [];
  let current = "";
  for (const word of line.split(" ")) {
    if (current !== "" && current.length + 1 + word.length > room) {
      lines.push(current);
      current = word;
    } else {
      current = current === "" ? word : `${current} ${word}`;
    }
  }
  return [...lines, current];
}
