import { createHash } from "node:crypto";
import { authenticatorStages } from "../forge/authenticator-stages.ts";
import type { BuildInput } from "../forge/authenticator-values.ts";
import type { BuiltAuthenticator, BuiltRequest } from "../forge/build.ts";
import { type Comparison, compareBuilds, StimulusError } from "../forge/comparison.ts";
import type { Mutation } from "../forge/mutation.ts";
import { type RequestInput, requestStages } from "../forge/request-stages.ts";
import { type FieldDifference, partsOfAuthenticator, partsOfRequest, wireDifferences } from "../forge/wire-difference.ts";
import type { Delivered, IutConnection } from "../iut/driver.ts";
import { type Bytes, equalBytes, preview } from "../wire/bytes.ts";
import type { Case } from "./case.ts";
import type { AuthenticatorMessage, RequestMessage } from "./messages.ts";
import { editInWords } from "./own-mistake.ts";
import type { Step } from "./schema.ts";

/** What an implementation was given in a case, and in what that differs from what its control is given. */
export interface Stimulus {
  /** What it was asked for in turn, with the fields that the script gives. */
  readonly asked: readonly string[];
  /** What the script says otherwise than that of the control, beside edits of messages. */
  readonly otherwise: readonly string[];
  /** The messages that it was handed, in turn. */
  readonly messages: readonly SentMessage[];
}

/** A message that the implementation was handed. */
export interface SentMessage {
  readonly message: "request" | "authenticator";
  readonly connection: string;
  readonly madeBy: "harness" | "iut";
  readonly sha256: string;
  readonly length: number;
  /** Whether the bytes came: `no` where the script did not come to it. */
  readonly delivered: Delivered | "no";
  /** Where it comes from, if not from the exchange that it is handed over in. */
  readonly instead: readonly string[];
  /** Of one that the harness altered: how, and in what it differs from the same build without the edits. */
  readonly altered?: Alteration;
}

interface Alteration {
  readonly edits: readonly string[];
  readonly control: { readonly sha256: string; readonly length: number };
  /** Stages of the build (docs/architecture.md): those that an edit names, those that are made of them, and the seals made anew or kept. */
  readonly named: readonly string[];
  readonly follows: readonly string[];
  readonly renewed: readonly string[];
  readonly kept: readonly string[];
  /** The first fields of the handshake messages that differ, and how many more there are. */
  readonly differs: readonly FieldDifference[];
  readonly further: number;
}

interface Presentation {
  readonly message: RequestMessage | AuthenticatorMessage;
  readonly connection: IutConnection | undefined;
  readonly on: string;
  /** How many messages the connection had delivered before. */
  readonly earlier: number;
  readonly instead: readonly string[];
}

const FIELDS_SHOWN = 24;

/** Writes down what one run of a script hands to the implementation, and proves that it is what the script says. */
export class StimulusLog {
  readonly #alterations = new Map<Bytes, Alteration>();
  readonly #presented: Presentation[] = [];

  /** A request that the harness has made with these edits. Throws StimulusError where something else was altered. */
  request(input: RequestInput, scripted: readonly Mutation[] = [], edits: readonly Mutation[], built: BuiltRequest): void {
    const comparison = compareBuilds(requestStages, input, edits, built);
    const differs = wireDifferences(built, comparison.control, partsOfRequest);
    this.#keep(built.request, scripted, comparison, comparison.control.bytes("frame"), differs);
  }

  /** An authenticator, in the same way. */
  authenticator(input: BuildInput, scripted: readonly Mutation[] = [], edits: readonly Mutation[], built: BuiltAuthenticator): void {
    const comparison = compareBuilds(authenticatorStages, input, edits, built);
    const differs = wireDifferences(built, comparison.control, partsOfAuthenticator);
    this.#keep(built.authenticator, scripted, comparison, comparison.control.bytes("frame"), differs);
  }

  /** A message is about to be handed over; `request` is the one that it is to be validated against. */
  present(
    message: RequestMessage | AuthenticatorMessage,
    on: string,
    connection: IutConnection | undefined,
    request?: RequestMessage | undefined,
  ): void {
    const instead: string[] = [];
    if (message.on !== on) instead.push(`made on the connection "${message.on}"`);
    if (message.kind === "authenticator") {
      const answered = message.request;
      if (connection && answered !== request)
        instead.push(answered ? "made for another request than it is given with" : "made for no request");
    }
    if (this.#presented.some((earlier) => earlier.message.bytes === message.bytes)) instead.push("handed over before");
    this.#presented.push({ message, connection, on, earlier: connection?.deliveries.length ?? 0, instead });
  }

  /**
   * What was handed over. Throws StimulusError where other bytes were written than were made, and where `counts`, since the case is to pass
   * for it, and a message did not come at all.
   */
  record(script: Case, counts: boolean): Stimulus {
    const messages = this.#presented.map(({ message, connection, on, earlier, instead }): SentMessage => {
      const { kind, bytes, built } = message;
      const altered = this.#alterations.get(bytes);
      const delivery = connection?.deliveries[earlier];
      if (delivery && !equalBytes(delivery.bytes, bytes)) {
        throw new StimulusError(`other bytes were written than were made: ${preview(delivery.bytes)} for ${preview(bytes)}`);
      }
      // What has no bytes, and what "get context" is asked about, is handed over on the control channel alone.
      const delivered = connection === undefined || bytes.length === 0 ? "control-channel" : (delivery?.as ?? "no");
      if (counts && delivered === "no") throw new StimulusError(`the ${kind} of ${bytes.length} bytes was never written to the connection`);
      const madeBy = built ? "harness" : "iut";
      return { message: kind, connection: on, madeBy, ...digestOf(bytes), delivered, instead, ...(altered && { altered }) };
    });
    return { asked: askedOf(script.steps), otherwise: otherwise(script), messages };
  }

  #keep<Values>(
    bytes: Bytes,
    scripted: readonly Mutation[],
    { named, follows, renewed, kept }: Comparison<Values>,
    control: Bytes,
    differs: readonly FieldDifference[],
  ): void {
    if (scripted.length === 0) {
      if (differs.length > 0) throw new StimulusError(`no edit is asked for, and ${differs[0]?.field} differs from the control`);
      return;
    }
    this.#alterations.set(bytes, {
      edits: scripted.map((edit) => `${editInWords(edit)}${sourcesOf(edit.value)}`),
      control: digestOf(control),
      named: named.map(String),
      follows: follows.map(String),
      renewed: renewed.map(String),
      kept: kept.map(String),
      differs: differs.slice(0, FIELDS_SHOWN),
      further: Math.max(0, differs.length - FIELDS_SHOWN),
    });
  }
}

function digestOf(bytes: Bytes): { sha256: string; length: number } {
  return { sha256: createHash("sha256").update(bytes).digest("hex"), length: bytes.length };
}

// Of what is spliced, from where: `{from: …}` may stand within other forms.
function sourcesOf(value: unknown): string {
  const names = new Set<string>();
  const look = (each: unknown): void => {
    if (typeof each !== "object" || each === null || each instanceof Uint8Array) return;
    if ("from" in each) names.add(String(each.from));
    Object.values(each).forEach(look);
  };
  look(value);
  return names.size === 0 ? "" : `, with ${[...names].join(" and ")}`;
}

/** The steps that the implementation carries out, as the script has them. */
function askedOf(steps: readonly Step[]): string[] {
  return steps.flatMap((step) => {
    const [verb = "", { by, expect, as, mutate, ...fields }] = entryOf(step);
    if (by === "harness") return [];
    return [Object.keys(fields).length === 0 ? verb : `${verb} ${JSON.stringify(fields)}`];
  });
}

/** What a script says otherwise than its control: other steps, or other fields in the same steps. */
function otherwise({ steps, control }: Case): string[] {
  if (control === undefined) return [];
  const verbs = (of: readonly Step[]) => of.map((step) => entryOf(step)).map(([verb, { by }]) => `${verb}${by ? ` by ${by}` : ""}`);
  const [own, theirs] = [verbs(steps), verbs(control.steps)];
  // What the harness would judge is not there where nothing must be made.
  const judged = "validate by harness";
  const comparable = theirs.filter((verb) => verb !== judged);
  if (own.filter((verb) => verb !== judged).join() !== comparable.join()) return [`${own.join(", ")} in place of ${theirs.join(", ")}`];
  const controls = control.steps.filter((_, index) => theirs[index] !== judged);
  return steps
    .filter((_, index) => own[index] !== judged)
    .flatMap((step, index) => {
      const [verb, fields] = entryOf(step);
      const [, right] = entryOf(controls[index] as Step);
      const names = [...new Set([...Object.keys(fields), ...Object.keys(right)])].filter((name) => !BESIDE.has(name));
      return names
        .filter((name) => JSON.stringify(fields[name]) !== JSON.stringify(right[name]))
        .map((name) => `${verb}.${name}: ${JSON.stringify(fields[name]) ?? "left out"}`);
    });
}

const BESIDE = new Set(["by", "as", "expect", "mutate"]);

function entryOf(step: Step): [string, Record<string, unknown>] {
  return Object.entries(step)[0] as [string, Record<string, unknown>];
}
