import type { Bytes } from "../wire/bytes.ts";
import type { Encoded, Span } from "../wire/writer.ts";
import { differences } from "./differences.ts";
import { aimsAtBytes, editBytes, editValue, MutationError } from "./edit.ts";
import { Deferred, type Mutation } from "./mutation.ts";

/** What later stages see of the ones before: their values, and the bytes of those that are encoded (else zero-length). */
export interface BuildView<Values> {
  readonly values: Values;
  bytes(stage: keyof Values): Bytes;
  /** The places of the fields in those bytes, as the encoder named them. */
  spans(stage: keyof Values): readonly Span[];
  /** The build without mutations that kept seals come from; only where a mutation kept any. */
  readonly original?: BuildView<Values> | undefined;
  /** What the stages that mutations name held before them. */
  readonly unedited?: ReadonlyMap<PropertyKey, unknown>;
}

/** One stage: a pure function of the input and of the stages before it. */
export interface Stage<Values, Input, Name extends keyof Values = keyof Values> {
  readonly name: Name;
  /** A seal (a signature or a MAC) is kept from the unaltered build where a mutation does not ask for `reseal`. */
  readonly seal?: true;
  build(view: BuildView<Values>, input: Input): Values[Name];
  /** Of a seal: whether `value` is one over what the stages before hold. A signature is not the same each time that it is made. */
  holds?(value: NonNullable<Values[Name]>, view: BuildView<Values>, input: Input): boolean;
  /** The bytes of the value, with its fields named; only where a later stage needs them. */
  encode?(value: NonNullable<Values[Name]>, view: BuildView<Values>, input: Input): Encoded;
  /** What the stages behind compute of the value on their way (a hash, what is signed), by the functions that they use: for vectors. */
  intermediates?(value: NonNullable<Values[Name]>, input: Input): Readonly<Record<string, unknown>>;
}

/**
 * Runs `stages` in order. Without mutations this is the reference build. With them, each is made where its stage is reached, and later
 * stages go on from the altered value; seals that a mutation does not ask to renew are kept from a build without it.
 * Throws MutationError where a mutation names no stage, or does not fit its value.
 */
export function runStages<Values, Input>(
  stages: readonly Stage<Values, Input>[],
  input: Input,
  mutations: readonly Mutation[],
): BuildView<Values> {
  for (const { at } of mutations) {
    if (!stages.some(({ name }) => name === stageOf(at))) {
      throw new MutationError(`${at}: no stage "${stageOf(at)}"; the stages are ${stages.map(({ name }) => String(name)).join(", ")}`);
    }
  }
  const keepsSeals = mutations.some(({ reseal }) => reseal !== true);
  return run(stages, input, mutations, keepsSeals ? run(stages, input, [], undefined) : undefined);
}

function run<Values, Input>(
  stages: readonly Stage<Values, Input>[],
  input: Input,
  mutations: readonly Mutation[],
  original: BuildView<Values> | undefined,
): BuildView<Values> {
  const values: Partial<Values> = {};
  const encoded: Partial<Record<keyof Values, Encoded>> = {};
  const unedited = new Map<keyof Values, unknown>();
  const view: BuildView<Values> = {
    values: values as Values,
    bytes: (stage) => encoded[stage]?.bytes ?? NO_BYTES,
    spans: (stage) => encoded[stage]?.spans ?? [],
    ...(original && { original }),
    unedited,
  };
  const keptSeals = new Set<keyof Values>();
  let untouched = true;
  for (const stage of stages) {
    const here = mutations.length === 0 ? NO_MUTATIONS : mutations.filter(({ at }) => stageOf(at) === stage.name);
    const keeps = original && (keptSeals.has(stage.name) || untouched || stillHolds(stage, original, view, input));
    let value: unknown = keeps ? original.values[stage.name] : stage.build(view, input);
    if (here.length > 0) {
      untouched = false;
      unedited.set(stage.name, value);
    }
    values[stage.name] = value as Values[keyof Values];
    for (const mutation of here) {
      if (!aimsAtBytes(fieldOf(mutation.at))) {
        value = changed(value, editValue(value, pathOf(mutation.at), withSelf(mutation, view)), mutation);
        values[stage.name] = value as Values[keyof Values];
      }
      for (const { seal, name } of stages) if (seal && !renews(mutation, String(name))) keptSeals.add(name);
    }
    if (!stage.encode || value === null) {
      const aimless = here.find(({ at }) => aimsAtBytes(fieldOf(at)));
      if (aimless) throw new MutationError(`${aimless.at}: the stage ${String(stage.name)} has no bytes of its own here`);
      continue;
    }
    let bytes = stage.encode(value as NonNullable<Values[keyof Values]>, view, input);
    for (const mutation of here) {
      if (aimsAtBytes(fieldOf(mutation.at)))
        bytes = changed(bytes, editBytes(bytes, fieldOf(mutation.at), withSelf(mutation, view)), mutation);
    }
    encoded[stage.name] = bytes;
  }
  return view;
}

// A signature that was made again would be another one, and so a difference that no edit asks for, within what is kept.
function stillHolds<Values, Input>(
  stage: Stage<Values, Input>,
  original: BuildView<Values>,
  view: BuildView<Values>,
  input: Input,
): boolean {
  const value = original.values[stage.name];
  return stage.seal === true && value !== null && stage.holds?.(value as NonNullable<Values[keyof Values]>, view, input) === true;
}

const NO_MUTATIONS: readonly Mutation[] = [];
const NO_BYTES: Bytes = new Uint8Array(0);

/** The value of a stage, of a field in it, or (`STAGE.bytes`) its encoded bytes. Throws MutationError where there is none. */
export function lookUpStage<Values>(view: BuildView<Values>, path: string): unknown {
  const [stage, ...fields] = path.split(".") as [keyof Values, ...string[]];
  if (fields.length === 1 && fields[0] === "bytes") return view.bytes(stage);
  let value: unknown = view.values[stage];
  for (const field of fields) {
    const named = Array.isArray(value) ? value.find((element) => element?.name === field) : undefined;
    value = named ?? (value as Record<string, unknown> | null | undefined)?.[field];
  }
  if (value === undefined) throw new MutationError(`no stage value "${path}"`);
  return value;
}

function withSelf<Values>(mutation: Mutation, view: BuildView<Values>): Mutation {
  const resolve = (value: unknown): unknown => {
    if (value instanceof Deferred) return value.resolve((path) => lookUpStage(view, path));
    if (Array.isArray(value)) return value.map(resolve);
    if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
    return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, resolve(field)]));
  };
  return mutation.value === undefined ? mutation : { ...mutation, value: resolve(mutation.value) };
}

// An edit that changes nothing would send the right message under the name of a wrong one.
function changed<T>(before: T, after: T, { at, op }: Mutation): T {
  if (differences(before, after).length === 0) throw new MutationError(`${at}: "${op}" changes nothing`);
  return after;
}

function stageOf(at: string): string {
  return at.split(".", 1)[0] ?? at;
}

function pathOf(at: string): string[] {
  return at.split(".").slice(1);
}

function fieldOf(at: string): string {
  return pathOf(at).join(".");
}

function renews({ reseal }: Mutation, seal: string): boolean {
  return typeof reseal === "boolean" ? reseal : (reseal as readonly string[]).includes(seal);
}
