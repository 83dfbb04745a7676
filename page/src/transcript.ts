/**
 * A transcript of a bundle or of a matrix, read again: it is text for people (harness/bundle/transcript.ts, harness/example/message-text.ts),
 * in which every field of a message stands with its bytes and its name. Nothing here knows the messages; what is no field stays text.
 */

export interface TranscriptField {
  /** `entries.0.certData.length`, as it stands there. */
  readonly path: string;
  /** What the number stands for, or the name of a value inside: behind ` = ` or `: `. */
  readonly note: string | undefined;
  /** Of two digits each. */
  readonly bytes: readonly string[];
  /** Where the first byte stands in the message. */
  readonly offset: number;
}

export type TranscriptPart =
  | { readonly kind: "text"; readonly lines: readonly string[] }
  | { readonly kind: "message"; readonly name: string; readonly length: number; readonly fields: readonly TranscriptField[] };

const heading = /^ {4}(\S.*), (\d+) bytes$/;
const fieldLine = /^ {8}((?:[0-9a-f]{2} )*[0-9a-f]{2}|\(no bytes\))…? {2,}(\S.*)$/;
const bytesLine = /^ {8}((?:[0-9a-f]{2} )*[0-9a-f]{2})$/;

/** The parts of a transcript in their order. A message whose bytes are not as many as its heading says is left as text. */
export function partsOf(lines: readonly string[]): TranscriptPart[] {
  const parts: TranscriptPart[] = [];
  const text: string[] = [];
  const flush = (): void => {
    const from = text.findIndex((line) => line !== "");
    if (from >= 0) parts.push({ kind: "text", lines: text.slice(from, text.findLastIndex((line) => line !== "") + 1) });
    text.length = 0;
  };
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] ?? "";
    const [, name, length] = heading.exec(line) ?? [];
    const { fields, next } = name === undefined ? { fields: [], next: at + 1 } : fieldsFrom(lines, at + 1);
    const total = fields.reduce((sum, { bytes }) => sum + bytes.length, 0);
    if (name !== undefined && fields.length > 0 && total === Number(length)) {
      flush();
      parts.push({ kind: "message", name, length: total, fields });
    } else text.push(...lines.slice(at, next));
    at = next;
  }
  flush();
  return parts;
}

function fieldsFrom(lines: readonly string[], from: number): { fields: TranscriptField[]; next: number } {
  const fields: TranscriptField[] = [];
  let [at, offset] = [from, 0];
  for (let match = fieldLine.exec(lines[at] ?? ""); match; match = fieldLine.exec(lines[at] ?? "")) {
    const [, hex = "", label = ""] = match;
    const bytes = hex.startsWith("(") ? [] : hex.split(" ");
    at++;
    for (let more = bytesLine.exec(lines[at] ?? ""); more; more = bytesLine.exec(lines[at] ?? "")) {
      bytes.push(...(more[1] ?? "").split(" "));
      at++;
    }
    const [, path = "", note] = /^(.*?)(?:(?: = |: )(.*))?$/.exec(label.replace(/ {2}\(\d+ bytes\)$/, "")) ?? [];
    fields.push({ path, note, bytes, offset });
    offset += bytes.length;
  }
  return { fields, next: at };
}

/** A field of the tree: one that has bytes of its own, or one that others are in. */
export interface TreeNode {
  readonly name: string;
  /** Number of the field in the message; undefined: only others are in it. */
  field: number | undefined;
  readonly children: TreeNode[];
}

/**
 * The fields of a message as a tree, by the dots in their paths. The length of a field stands under it; so do the parts of one that comes in
 * parts.
 */
export function treeOf(fields: readonly TranscriptField[]): TreeNode[] {
  const roots: TreeNode[] = [];
  const groups = new Map<string, TreeNode>();
  for (const [field, { path, note }] of fields.entries()) {
    const words = path.startsWith("(") ? [path] : path.split(".");
    let [level, prefix] = [roots, ""];
    for (const word of words.slice(0, -1)) {
      prefix += `${word}.`;
      const node = groups.get(prefix) ?? { name: word, field: undefined, children: [] };
      if (!groups.has(prefix)) level.push(node);
      groups.set(prefix, node);
      level = node.children;
    }
    const last = words.at(-1) ?? "";
    const whole = groups.get(`${prefix}${last}.`);
    if (whole === undefined) level.push({ name: note === undefined ? last : `${last} = ${note}`, field, children: [] });
    else if (note === undefined && whole.field === undefined) whole.field = field;
    else whole.children.push({ name: note ?? last, field, children: [] });
  }
  return roots;
}
