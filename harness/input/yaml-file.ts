import { isNode, LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import { InputError } from "./input-error.ts";
import { parsedBefore } from "./parsed-yaml.ts";
import { readText } from "./text-file.ts";

/** Reads a YAML file and checks it against a schema. Throws InputError with file, line and column. */
export function readYaml<Schema extends z.ZodType>(file: string, schema: Schema): z.output<Schema> {
  const text = readText(file);
  const before = parsedBefore(text);
  const result = before === undefined ? undefined : schema.safeParse(JSON.parse(before));
  // Where something is wrong, only the text knows the place.
  return result?.success ? result.data : parseYaml(text, file, schema);
}

/** The same for a text that is at hand; `file` is what messages call it. */
export function parseYaml<Schema extends z.ZodType>(text: string, file: string, schema: Schema): z.output<Schema> {
  return parseYamlDocument(text, file, schema).data;
}

/** What a YAML text says, the text as a document that can be edited without loss of its comments, and where things stand in it. */
export interface YamlFile<T> {
  readonly data: T;
  readonly document: ReturnType<typeof parseDocument>;
  /** The line, counted from 1, of the node at a path, or of the nearest node around it. */
  readonly lineOf: (path: readonly PropertyKey[]) => number;
}

/** The same with the document. */
export function parseYamlDocument<Schema extends z.ZodType>(text: string, file: string, schema: Schema): YamlFile<z.output<Schema>> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const where = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  const [syntax] = document.errors;
  if (syntax) throw new InputError(`${where(syntax.pos[0])}: ${syntax.message}`);
  if (document.contents === null) throw new InputError(`${file}:1:1: the file is empty, or holds nothing but comments`);
  const result = schema.safeParse(contentOf(document, file));
  const lineOf = (path: readonly PropertyKey[]): number => lines.linePos(offsetOf(document, path)).line;
  if (result.success) return { data: result.data, document, lineOf };
  const problems = leaves(result.error.issues).map(({ path, message }) => {
    const place = path.join(".") || "(the file)";
    return `${where(offsetOf(document, path))}: ${place}: ${message}`;
  });
  throw new InputError([...new Set(problems)].slice(0, 10).join("\n"));
}

// What an alias stands for is only looked up here.
function contentOf(document: ReturnType<typeof parseDocument>, file: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw new InputError(`${file}: ${(error as Error).message}`);
  }
}

interface Problem {
  readonly path: PropertyKey[];
  readonly message: string;
}

// Of a union, only the branch that came furthest says anything useful.
function leaves(issues: readonly z.core.$ZodIssue[], prefix: PropertyKey[] = []): Problem[] {
  return issues.flatMap((issue) => {
    const path = [...prefix, ...issue.path];
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({ path: [...path, key], message: "no such field" }));
    }
    if (issue.code !== "invalid_union" || issue.errors.length === 0) return [{ path, message: issue.message }];
    const branches = issue.errors.map((branch) => leaves(branch, path));
    const depth = (branch: Problem[]) => Math.max(...branch.map((problem) => problem.path.length));
    return branches.reduce((best, branch) => (depth(branch) > depth(best) ? branch : best));
  });
}

function offsetOf(document: ReturnType<typeof parseDocument>, path: readonly PropertyKey[]): number {
  for (let length = path.length; length >= 0; length--) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}
