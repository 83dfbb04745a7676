import { createHash } from "node:crypto";
import type { PayloadAdapter } from "../attestation/payload.ts";
import type { Profile } from "../attestation/profile.ts";
import { MutationError } from "../forge/edit.ts";
import { IutFailure } from "../iut/control.ts";
import { type Driver, SetUpError } from "../iut/driver.ts";
import { splitPosition } from "../iut/protocol.ts";
import { RpcError } from "../iut/rpc-error.ts";
import type { Case } from "../scenario/case.ts";
import { neededAbilities, type Role } from "../scenario/case.ts";
import { execute } from "../scenario/execute.ts";
import { formatsByName, schemeOf, suiteOf } from "../scenario/parameters.ts";
import type { Step } from "../scenario/schema.ts";
import { ChannelError } from "../tls/channel.ts";
import { DecodeError } from "../wire/reader.ts";
import { appraisedDriver, type Decision, findingIn, type WrongMessage } from "./oracle.ts";
import { ConnectionPool } from "./pool.ts";
import { editedExchange, type Sentence } from "./sentence.ts";

/** What came of a sentence. */
export type Outcome =
  /** The implementation did what it must; `by`: the step that the appraisal refuses at, where it must refuse. */
  | { readonly kind: "agrees"; readonly by?: string }
  /** It did otherwise. `step`: what the appraisal says of what it should have refused, or finds in what it made. */
  | {
      readonly kind: "wrong";
      readonly step: string;
      readonly expected: string;
      readonly found: string;
      /** In which role, where it is not that of the position: in one script it may play both. */
      readonly role?: Role;
    }
  /** What it did is nobody's fault: the sentence is free, or it made use of a right. */
  | { readonly kind: "observed"; readonly did: string }
  /** It hung, crashed, or spoke nonsense. */
  | { readonly kind: "broke"; readonly how: IutFailure["kind"] | "error"; readonly detail: string }
  /** The edits do not fit the exchange: nothing was asked. */
  | { readonly kind: "discarded"; readonly detail: string }
  /** Our own lists contradict one another, or an error is ours. */
  | { readonly kind: "harness-error"; readonly detail: string };

/** A sentence that was played, and what came of it. */
export interface Played {
  readonly sentence: Sentence;
  readonly id: string;
  readonly outcome: Outcome;
}

/** Plays sentences with one process of an implementation, one at a time, on connections that stay open where that is sound. */
export class Player {
  #driver: Driver | undefined;
  #pool: ConnectionPool<Omit<Played, "outcome">> | undefined;
  #decisions: Decision[] = [];
  #made: WrongMessage | undefined;
  /** It ends a connection with a refusal, as it may: from then on each sentence has connections of its own. */
  #endsOnRefusal = false;
  restarts = 0;
  connections = 0;

  constructor(
    readonly start: () => Promise<Driver>,
    readonly profile: Profile,
    readonly payload: PayloadAdapter,
    readonly seed: string,
  ) {}

  /**
   * Plays one sentence; `id` names it and is the source of its contexts. `fresh`: on connections of its own. What comes back is its outcome,
   * and those of earlier sentences that had to be played again. Throws what `start` throws.
   */
  async play(sentence: Sentence, id: string, fresh = false): Promise<Played[]> {
    const pool = await this.#ready();
    const played = { sentence, id };
    pool.script = played;
    pool.fresh = fresh || this.#endsOnRefusal || sentence.ownConnections;
    const outcome = await this.#once(pool, sentence, id);
    const { doubtful, reused, orphans } = pool.usage();
    const again: Played[] = [];
    for (const orphan of orphans) again.push(...(await this.play(orphan.sentence, orphan.id, true)));
    // A connection with a past may have been given up, or hold a context that comes again by chance: only a fresh one convicts.
    const isSuspect = outcome.kind === "wrong" || outcome.kind === "harness-error" || (doubtful && outcome.kind === "observed" && !fresh);
    const isOpen = sentence.expectation.kind === "free" && outcome.kind !== "wrong";
    if (!reused || !isSuspect || isOpen) return [{ ...played, outcome }, ...again];
    const [mine, ...others] = await this.play(sentence, id, true);
    if (doubtful && mine?.outcome.kind !== outcome.kind) this.#endsOnRefusal = true;
    return [...(mine ? [mine] : []), ...others, ...again];
  }

  /**
   * Makes sure of all refusals so far: where none has been accepted since on the same connection, a valid exchange is tried on it, and if
   * that is refused too what was refused is played again. Returns what was played again; connections stay open.
   */
  async settle(): Promise<Played[]> {
    const pool = await this.#ready();
    const settled: Played[] = [];
    pool.fresh = false;
    for (const { sentence, id } of pool.doubts()) {
      pool.script = undefined;
      await this.#once(pool, validLike(sentence, id, pool.hello), `${id}-settled`);
    }
    await pool.endDoubted();
    for (const { sentence, id } of pool.usage().orphans) settled.push(...(await this.play(sentence, id, true)));
    return settled;
  }

  /** The implementation's end. */
  async stop(): Promise<void> {
    await this.#driver?.stop();
    this.#driver = undefined;
    this.#pool = undefined;
  }

  diagnostics(): string {
    return this.#driver?.diagnostics() ?? "";
  }

  async #ready(): Promise<ConnectionPool<Omit<Played, "outcome">>> {
    if (this.#pool) return this.#pool;
    const driver = await this.start();
    this.#driver = driver;
    const pool = new ConnectionPool<Omit<Played, "outcome">>(
      appraisedDriver(driver, this, {
        decided: (decision) => this.#decisions.push(decision),
        made: (wrong) => {
          this.#made ??= wrong;
        },
      }),
    );
    this.#pool = pool;
    return pool;
  }

  async #once(pool: Driver & { readonly opened: number }, sentence: Sentence, id: string): Promise<Outcome> {
    const { position, suite, scheme, format = "eat-cwt" } = sentence.exchange;
    this.#decisions = [];
    this.#made = undefined;
    const openedBefore = pool.opened;
    try {
      const context = {
        position,
        cipherSuite: suiteOf[suite],
        scheme,
        format,
        profile: this.profile,
        payload: this.payload,
        anchors: undefined,
      };
      const execution = await execute(caseOf(sentence, id), pool, { ...context, seed: this.seed, instance: id });
      return outcomeOf(sentence, execution, this.#decisions, this.#made, wrongAnswer(execution.judged, this.payload));
    } catch (error) {
      return this.#errorOutcome(error, sentence);
    } finally {
      this.connections += pool.opened - openedBefore;
    }
  }

  async #errorOutcome(error: unknown, sentence: Sentence): Promise<Outcome> {
    // An answer to a request that cannot be read: there is nothing to judge it by.
    if (error instanceof DecodeError && sentence.expectation.kind === "free") return { kind: "observed", did: "accepted" };
    if (error instanceof MutationError || error instanceof RangeError) return { kind: "discarded", detail: error.message };
    if (error instanceof IutFailure) {
      const { kind, message } = error;
      if (kind === "start") throw error;
      this.restarts++;
      this.#pool?.forsake();
      await this.stop();
      return { kind: "broke", how: kind, detail: message };
    }
    if (error instanceof RpcError) return { kind: "broke", how: "error", detail: error.describe() };
    if (error instanceof SetUpError || error instanceof ChannelError)
      return { kind: "wrong", step: "connection", expected: "an answer", found: error.message };
    return { kind: "harness-error", detail: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

// A valid exchange on the same kind of connection, with a context that no other has, and of the cheapest scheme where it is declared.
function validLike({ exchange }: Sentence, id: string, { supports }: Driver["hello"]): Sentence {
  const context = createHash("sha256").update(`${id} settled`).digest("hex");
  const scheme = supports.signatureSchemes.includes(schemeOf.p256) ? "p256" : exchange.scheme;
  return editedExchange(
    { ...exchange, scheme, request: { context: { hex: context } }, attestation: exchange.format && { cmw: "cbor" } },
    [],
  );
}

type Execution = Awaited<ReturnType<typeof execute>>;

function outcomeOf(
  { expectation, steps, variesCase }: Sentence,
  { deviation, observation }: Execution,
  decisions: readonly Decision[],
  made: WrongMessage | undefined,
  answer: Wrong | undefined,
): Outcome {
  const last = decisions.at(-1);
  // Where the script ended early, the last decision is not the one that the sentence is about.
  const isFinal = endsInDecision(steps) && decisions.length === steps.filter(isDecision).length;
  const wrong = made ?? answer;
  if (expectation.kind === "free") {
    // Where a request is free, what is made in answer to it is not. A probe is about just that, and nobody is judged by it.
    if (wrong && variesCase === undefined) return wrong;
    const did = last === undefined || !isFinal ? "nothing to see" : last.accepted ? "accepted" : "refused";
    return { kind: "observed", did };
  }
  // What follows from a request that is not as it was asked for is nobody else's fault.
  if (made) return made;
  const disagreement = isFinal ? contradiction(expectation, last) : undefined;
  if (disagreement !== undefined) return { kind: "harness-error", detail: disagreement };
  const appraised = isFinal ? last?.appraise() : undefined;
  // Nothing is wrong but that it is no CMW: an edit of the CMW may not be in what is carried instead.
  if (expectation.kind === "refuse" && last && appraised?.kind === "accept" && appraised.aside)
    return { kind: "observed", did: last.accepted ? "accepted" : "refused" };
  const finding = findingIn(last?.appraise());
  const refusal = finding && `${finding.step}/${finding.rule}`;
  if (deviation) {
    // What was refused must have been right, whatever the oracle set aside.
    const step = (last?.accepted && refusal) || "valid";
    return { kind: "wrong", step, expected: deviation.expected, found: deviation.found };
  }
  if (wrong) return wrong;
  if (observation !== undefined) return { kind: "observed", did: observation };
  return { kind: "agrees", ...(refusal !== undefined && { by: refusal }) };
}

type Wrong = Extract<Outcome, { readonly kind: "wrong" }>;

function wrongAnswer(judged: Execution["judged"], { decode }: PayloadAdapter): Wrong | undefined {
  const findings = judged.filter((result) => result.kind === "finding");
  // What is wrong behind a payload that is no CMW says more than that it is none.
  const result = findings.find(({ step }) => decode === undefined || step !== "cmw") ?? findings[0];
  if (result === undefined) return undefined;
  const { expected, found } = result.finding;
  // What is judged is what it made: as attester, unless it is a request.
  const role = result.step.startsWith("request-") ? "relying-party" : "attester";
  return { kind: "wrong", role, step: `${result.step}/${result.rule}`, expected, found };
}

function isDecision(step: Step): boolean {
  return ("validate" in step && step.validate.by === "iut") || ("authenticate" in step && step.authenticate.by === "iut");
}

function endsInDecision(steps: readonly Step[]): boolean {
  const final = steps.at(-1);
  return final !== undefined && ("validate" in final || "authenticate" in final);
}

// What is declared of the edits, and what the second spine says of the message that came of them.
function contradiction(expectation: Sentence["expectation"], last: Decision | undefined): string | undefined {
  if (last === undefined) return undefined;
  const { message } = last;
  const appraised = last.appraise();
  if (expectation.kind === "accept" && appraised.kind === "refuse") {
    const { step, rule, finding } = appraised;
    return `declared valid, and the appraisal refuses the ${message} at ${step}/${rule}: expected ${finding.expected}, found ${finding.found}`;
  }
  if (expectation.kind !== "refuse") return undefined;
  const found = findingIn(appraised);
  if (found === undefined) return `declared wrong, and the appraisal accepts the ${message}`;
  const { by } = expectation;
  if (by.length === 0 || by.includes(found.step)) return undefined;
  return `declared to be found by ${by.join(" or ")}, and the appraisal finds it at ${found.step}/${found.rule}`;
}

function caseOf({ exchange, steps, expectation }: Sentence, id: string): Case {
  const { role, side } = splitPosition(exchange.position);
  const model = exchange.format && formatsByName[exchange.format].model;
  return {
    id,
    title: id,
    why: undefined,
    requirements: [],
    iut: role,
    kind: expectation.kind === "refuse" ? "negative" : "positive",
    goal: undefined,
    model,
    attested: model !== undefined,
    control: undefined,
    sides: [side],
    cipherSuites: [exchange.suite],
    schemes: [exchange.scheme],
    formats: exchange.format && [exchange.format],
    format: undefined,
    features: [],
    abilities: neededAbilities(role, steps),
    steps,
    alone: [],
    behaviours: new Map(),
    judged: [],
  };
}
