import { isDeepStrictEqual } from "node:util";
import type { RefusalCode } from "../appraisal/finding.ts";
import { type Mutation, mutationSchema } from "../forge/mutation.ts";
import { pki } from "../pki/test-pki.ts";
import { toHex } from "../wire/bytes.ts";
import { type Flag, FORMAT, SUITE, type VectorFile } from "./format.ts";
import type { Inputs, Kind, Source } from "./kinds.ts";
import { make } from "./make.ts";

/** A topic as it is written here: what a file of vectors is generated from. */
export interface Topic {
  readonly topic: string;
  readonly title: string;
  readonly notes: readonly string[];
  readonly flags: Readonly<Record<string, FlagDefinition>>;
  readonly groups: readonly GroupDefinition[];
}

export interface FlagDefinition extends Omit<Flag, "finding"> {
  readonly step: string;
  readonly code: RefusalCode;
}

export interface GroupDefinition<K extends Kind = Kind> {
  /** Without the topic. */
  readonly id: string;
  readonly title: string;
  readonly kind: K;
  readonly inputs: Inputs<K>;
  readonly source: Source<K>;
  readonly vectors: readonly VectorDefinition<K>[];
}

/** A vector with a flag is invalid, by its one mutation; one without is valid, also where a mutation (of what must not matter) stands in it. */
export interface VectorDefinition<K extends Kind = Kind> {
  /** Without topic and group. */
  readonly id: string;
  readonly comment: string;
  readonly inputs?: Partial<Inputs<K>>;
  readonly source?: Partial<Source<K>>;
  readonly flag?: string;
  readonly mutation?: Edit;
}

/** A mutation in the forms of docs/writing-a-scenario.md; `reseal` is true where it is left out. */
export type Edit = Omit<Mutation, "reseal" | "value"> & { readonly reseal?: Mutation["reseal"]; readonly value?: unknown };

/** A valid vector: the group's inputs with `own` in their place. */
export function valid<K extends Kind>(
  id: string,
  comment: string,
  own: Pick<VectorDefinition<K>, "inputs" | "source" | "mutation"> = {},
): VectorDefinition<K> {
  return { id, comment, ...own };
}

/** An invalid vector: the group's message with one mutation. */
export function invalid<K extends Kind>(id: string, comment: string, flag: string, mutation: Edit): VectorDefinition<K> {
  return { id, comment, flag, mutation };
}

const SPECIFICATIONS: Readonly<Record<string, string>> = {
  rfc9261: "RFC 9261, Exported Authenticators in TLS",
  expat: "draft-fossati-seat-expat-03, Remote Attestation with Exported Authenticators",
  cmw: "draft-ietf-rats-msg-wrap, RATS Conceptual Messages Wrapper",
  rfc8446: "RFC 8446, The Transport Layer Security Protocol Version 1.3",
  rfc5280: "RFC 5280, Internet X.509 Public Key Infrastructure Certificate and CRL Profile",
  eat: "RFC 9711, The Entity Attestation Token, and what it rests on (RFC 9052, RFC 7515, RFC 9360)",
  ear: "draft-ietf-rats-ear-04, EAT Attestation Results",
  iut: "docs/iut-protocol.md, Evidence profile",
};

/** The file of a topic: the same bytes on every machine and each time. Throws MutationError where a definition does not fit. */
export function generate({ topic, title, notes, flags, groups }: Topic): VectorFile {
  const keys = new Set<string>();
  const made = groups.map((group) => generateGroup(topic, group, keys));
  const used = new Set(made.flatMap(({ vectors }) => vectors.flatMap((vector) => vector.flags)));
  return {
    $schema: `../schemas/vectors-${topic}.schema.json`,
    suite: SUITE,
    format: FORMAT,
    topic,
    title,
    notes: [...notes],
    specifications: SPECIFICATIONS,
    numberOfVectors: made.reduce((sum, { vectors }) => sum + vectors.length, 0),
    flags: Object.fromEntries(
      Object.entries(flags)
        .filter(([name]) => used.has(name))
        .map(([name, { step, code, ...flag }]) => [name, { ...flag, finding: { step, code } }]),
    ),
    keys: Object.fromEntries([...keys].sort().map((name) => [name, keyOf(name)])),
    groups: made,
  } as unknown as VectorFile;
}

/** The text of a file of vectors. */
export function textOf(file: VectorFile): string {
  return `${JSON.stringify(file, null, 1)}\n`;
}

function generateGroup(topic: string, { id, title, kind, inputs, source, vectors }: GroupDefinition, keys: Set<string>) {
  const control = make(kind, { inputs, source });
  for (const name of control.keys) keys.add(name);
  const path = `${topic}/${id}`;
  return {
    id: path,
    title,
    kind,
    inputs,
    source,
    stages: control.stages,
    vectors: vectors.map((vector) => {
      const mutation = vector.mutation && (mutationSchema.parse(vector.mutation) as Mutation);
      const given = { inputs: { ...inputs, ...vector.inputs } as Inputs, source: { ...source, ...vector.source } as Source };
      const made = make(kind, given, mutation);
      for (const name of made.keys) keys.add(name);
      return {
        id: `${path}/${vector.id}`,
        comment: vector.comment,
        result: vector.flag === undefined ? "valid" : "invalid",
        flags: vector.flag === undefined ? [] : [vector.flag],
        ...(mutation && { mutation }),
        ...differing("inputs", inputs, made.inputs),
        ...differing("source", source, made.source),
        ...differing("stages", control.stages, made.stages),
        output: made.output,
      };
    }),
  };
}

// A vector says only what is otherwise than in its group.
function differing(name: string, ofGroup: object, ofVector: object): object {
  const others = Object.entries(ofVector).filter(([key, value]) => !isDeepStrictEqual(value, (ofGroup as Record<string, unknown>)[key]));
  return others.length === 0 ? {} : { [name]: Object.fromEntries(others) };
}

function keyOf(name: string) {
  const { pkcs8, chain } = pki(name);
  return { pkcs8: toHex(pkcs8), chain: chain.map(toHex) };
}
