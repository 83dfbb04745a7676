import { type Bytes, equalBytes } from "../wire/bytes.ts";
import type { Encoded, Span } from "../wire/writer.ts";
import { differences } from "./differences.ts";
import { aimsAtBytes } from "./edit.ts";
import type { Mutation } from "./mutation.ts";
import type { BuildView, Stage } from "./pipeline.ts";

/** What was built is not the right message with the edits of its case and nothing else: an error of the harness. */
export class StimulusError extends Error {
  override readonly name = "StimulusError";
}

/** How a build differs from the one without its edits. */
export interface Comparison<Values> {
  /** The same build without the edits; seals over what was not altered are shared with it. */
  readonly control: BuildView<Values>;
  /** Stages that an edit names. */
  readonly named: readonly (keyof Values)[];
  /** Stages that differ because they are made of others that do. */
  readonly follows: readonly (keyof Values)[];
  /** Seals that were made anew over what differs. */
  readonly renewed: readonly (keyof Values)[];
  /** Seals that were kept although what they seal differs. */
  readonly kept: readonly (keyof Values)[];
}

/**
 * Holds a build against the one without its edits, stage by stage: each is made again from the stages before it, as they were sent. It may
 * differ from that where an edit names it and nowhere else, and from the control only where an edit names it, or it read a stage that
 * differs. A seal must be one over what it follows, or the one of the control. Throws StimulusError where anything else differs: what
 * would be sent is not what the case says.
 */
export function compareBuilds<Values, Input>(
  stages: readonly Stage<Values, Input>[],
  input: Input,
  edits: readonly Mutation[],
  sent: BuildView<Values>,
): Comparison<Values> {
  const control = new ControlBuild<Values>();
  const altered = new Set<keyof Values>();
  const named: (keyof Values)[] = [];
  const follows: (keyof Values)[] = [];
  const renewed: (keyof Values)[] = [];
  const kept: (keyof Values)[] = [];
  for (const stage of stages) {
    const { name } = stage;
    const here = edits.filter(({ at }) => at.split(".", 1)[0] === name);
    const reads = new Set<keyof Values>();
    const watched = watching(sent, reads);
    const value = sent.values[name];
    const made = stage.seal ? sealOf(stage, input, here, sent, watched) : remade(stage, input, here, value, watched);
    const bytes = bytesOf(stage, input, here, sent, watched);
    // What read nothing that differs is the same in the control: it was made again here, and came out so.
    const follower = intersects(reads, altered);
    const alone = here.length === 0 && !follower;
    control.add(stage, input, alone ? { value, bytes } : undefined, follower ? sent.original?.values[name] : made);
    const differs = !alone && (!equalBytes(control.view.bytes(name), bytes) || differences(control.view.values[name], value).length > 0);
    if (here.length > 0) named.push(name);
    else if (follower && stage.seal && sent.original && equalSeals(value, sent.original.values[name])) kept.push(name);
    else if (differs) (stage.seal ? renewed : follows).push(name);
    if (differs || here.length > 0) altered.add(name);
  }
  return { control: control.view, named, follows, renewed, kept };
}

/** The build without the edits, which has in common with the other all that the edits leave as it is. */
class ControlBuild<Values> {
  readonly #values: Partial<Values> = {};
  readonly #encoded: Partial<Record<keyof Values, Encoded>> = {};
  readonly view: BuildView<Values> = {
    values: this.#values as Values,
    bytes: (stage) => this.#encoded[stage]?.bytes ?? NO_BYTES,
    spans: (stage) => this.#encoded[stage]?.spans ?? [],
  };

  /** `common`: what the other build has; `made`: the value, where it is known. */
  add<Input>(stage: Stage<Values, Input>, input: Input, common: { value: unknown; bytes: Bytes } | undefined, made: unknown): void {
    const value = common ? common.value : made === undefined ? stage.build(this.view, input) : made;
    this.#values[stage.name] = value as Values[keyof Values];
    if (stage.encode && value !== null) {
      this.#encoded[stage.name] = stage.encode(value as NonNullable<Values[keyof Values]>, this.view, input);
    }
  }
}

const NO_BYTES: Bytes = new Uint8Array(0);

/** What a stage makes of those before it; throws StimulusError where its value differs from that in what no edit names. */
function remade<Values, Input>(
  stage: Stage<Values, Input>,
  input: Input,
  here: readonly Mutation[],
  value: unknown,
  watched: BuildView<Values>,
): unknown {
  const made = stage.build(watched, input);
  confine(stage, here, made, value);
  return made;
}

/** The seal before it was edited; throws StimulusError where it is one over something else, or is edited in what no edit names. */
function sealOf<Values, Input>(
  stage: Stage<Values, Input>,
  input: Input,
  here: readonly Mutation[],
  sent: BuildView<Values>,
  watched: BuildView<Values>,
): unknown {
  const value = sent.values[stage.name];
  const made = here.length > 0 ? sent.unedited?.get(stage.name) : value;
  if (made === null) return null;
  const holds = stage.holds?.(made as NonNullable<Values[keyof Values]>, watched, input) === true;
  if (!holds && !equalSeals(made, sent.original?.values[stage.name])) {
    throw astray(stage, "holds a seal that is neither the one over what was built nor the one that was kept");
  }
  confine(stage, here, made, value);
  return made;
}

function confine<Values, Input>(stage: Stage<Values, Input>, here: readonly Mutation[], made: unknown, value: unknown): void {
  const paths = here.map(({ at }) => at.split(".").slice(1)).filter((path) => !aimsAtBytes(path.join(".")));
  const stray = differences(made, value).find((path) => !paths.some((aimed) => covers(aimed, path, made, value)));
  if (stray) throw astray(stage, `differs in ${stray.join(".") || "its value"}, which no edit names`);
}

function bytesOf<Values, Input>(
  stage: Stage<Values, Input>,
  input: Input,
  here: readonly Mutation[],
  sent: BuildView<Values>,
  watched: BuildView<Values>,
): Bytes {
  const bytes = sent.bytes(stage.name);
  const value = sent.values[stage.name];
  if (!stage.encode || value === null) return bytes;
  const encoded = stage.encode(value as NonNullable<Values[keyof Values]>, watched, input);
  const aims = here.map(({ at }) => at.slice(String(stage.name).length + 1)).filter(aimsAtBytes);
  const spans = encoded.spans.filter(({ path }) => aims.includes(path));
  if (!aims.includes("bytes") && !equalOutside(encoded.bytes, bytes, spans))
    throw astray(stage, "is encoded with bytes that no edit names");
  return bytes;
}

function astray<Values, Input>({ name }: Stage<Values, Input>, what: string): StimulusError {
  return new StimulusError(`the stage ${String(name)} ${what}: this is not what the case says is sent`);
}

/** The view, with a note of each stage that is looked at. */
function watching<Values>(view: BuildView<Values>, reads: Set<keyof Values>): BuildView<Values> {
  const values = new Proxy(view.values as object, {
    get(target, name) {
      reads.add(name as keyof Values);
      return Reflect.get(target, name);
    },
  }) as Values;
  const note = <T>(read: (stage: keyof Values) => T) => {
    return (stage: keyof Values): T => {
      reads.add(stage);
      return read(stage);
    };
  };
  return { values, bytes: note(view.bytes), spans: note(view.spans) };
}

/** True where an edit at `named` accounts for a difference at `path`: below it, or, in a list that it makes longer or shorter, beside it. */
function covers(named: readonly string[], path: readonly string[], made: unknown, value: unknown): boolean {
  let [before, after] = [made, value];
  for (const [depth, step] of named.entries()) {
    const list = [before, after].find(Array.isArray);
    // The place of what an edit names moves with the elements before it: what it leaves alone there, the other edits must name.
    const places = list ? [before, after].map((each) => placeOf(each, step)) : [step];
    if (depth >= path.length) return list !== undefined && named.length === path.length + 1;
    if (!places.includes(path[depth])) return false;
    [before, after] = [child(before, path[depth]), child(after, path[depth])];
  }
  return true;
}

function placeOf(list: unknown, step: string): string | undefined {
  if (/^\d+$/.test(step) || !Array.isArray(list)) return step;
  return String(list.findIndex((element) => element?.name === step));
}

function child(value: unknown, name: string | undefined): unknown {
  return (value as Record<string, unknown> | null | undefined)?.[name ?? ""];
}

/** Whether the signature, or the MAC, is the same. */
function equalSeals(a: unknown, b: unknown): boolean {
  const seal = (value: unknown): Bytes | undefined => {
    const { signature, verifyData } = (value ?? {}) as { signature?: Bytes; verifyData?: Bytes };
    return signature ?? verifyData;
  };
  const [one, other] = [seal(a), seal(b)];
  return one !== undefined && other !== undefined && equalBytes(one, other);
}

function intersects<T>(some: ReadonlySet<T>, others: ReadonlySet<T>): boolean {
  for (const each of some) if (others.has(each)) return true;
  return false;
}

function equalOutside(a: Bytes, b: Bytes, spans: readonly Span[]): boolean {
  if (equalBytes(a, b)) return true;
  if (a.length !== b.length || spans.length === 0) return false;
  return a.every((byte, index) => byte === b[index] || spans.some(({ start, end }) => index >= start && index < end));
}
