import type { Profile } from "../attestation/profile.ts";
import { otherSide } from "../authenticator/secrets.ts";
import { captureOf } from "../capture/capture.ts";
import { type Ability, abilities } from "../iut/driver.ts";
import { splitPosition } from "../iut/protocol.ts";
import type { Blame, MatrixResult } from "../matrix/records.ts";
import type { DisclosureNote } from "../report/disclosures.ts";
import type { Case } from "../scenario/case.ts";
import type { Library } from "../scenario/load.ts";
import { schemeOf } from "../scenario/parameters.ts";
import { type Instance, plan } from "../scenario/plan.ts";
import type { Bytes } from "../wire/bytes.ts";
import { schemeName } from "../wire/code-points.ts";
import { Blamer } from "./blame.ts";
import { common } from "./common.ts";
import type { Fleet, Member } from "./fleet.ts";
import { PairPlayer, type Played } from "./play.ts";
import { pairTranscript } from "./transcript.ts";

export interface MatrixOptions {
  readonly attesters: readonly Member[];
  readonly relyingParties: readonly Member[];
  readonly exchanges: readonly Case[];
  readonly library: Library;
  readonly profile: Profile;
  readonly seed: string;
  /** Pairs side by side. */
  readonly workers: number;
  /** Processes that run already, by the names of their members. */
  readonly fleet: Fleet;
  readonly selects: (exchange: string, instance: string) => boolean;
  /** The command that asks a member alone, or that plays an exchange of a pair. */
  readonly reproduceAlone: (member: Member, instance: string) => string;
  readonly reproducePair: (attester: Member, relyingParty: Member, instance: string) => string;
  /** What is known at the maintainers of what fails. */
  readonly disclosure?: ((member: Member, check: string) => DisclosureNote | undefined) | undefined;
  /** Keeps a capture and returns its name. */
  readonly capture?: ((name: string, bytes: Bytes) => string) | undefined;
  /** A pair is done: its results, in the order of the exchanges; pairs come in their order. */
  readonly report: (results: readonly MatrixResult[], pairsDone: number, pairs: number) => void;
}

/** So many failures of a pair in one direction carry their transcripts and captures: what goes wrong in one way fills no megabytes. */
const SHOWN_FAILURES = 4;

/** Every attester with every relying party, in both directions of TLS. Throws what a member throws that cannot be started again. */
export async function playMatrix(options: MatrixOptions): Promise<void> {
  const { attesters, relyingParties, workers, fleet, library, profile, seed } = options;
  const blamer = new Blamer(library, profile, seed, fleet, options.reproduceAlone);
  const pairs = attesters.flatMap((attester) => relyingParties.map((relyingParty) => ({ attester, relyingParty })));
  const queue = pairs.entries();
  const waiting = new Map<number, MatrixResult[]>();
  let done = 0;
  let stopped: unknown;
  const worker = async (): Promise<void> => {
    for (const [index, { attester, relyingParty }] of queue) {
      if (stopped !== undefined) return;
      try {
        waiting.set(index, await playPair(attester, relyingParty, options, blamer));
        // One that was quicker than those before it waits for them.
        for (let next = waiting.get(done); next; next = waiting.get(done)) {
          waiting.delete(done++);
          options.report(next, done, pairs.length);
        }
      } catch (error) {
        stopped ??= error;
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.max(1, workers) }, worker));
  } finally {
    await fleet.stop();
  }
  if (stopped !== undefined) throw stopped;
}

async function playPair(attester: Member, relyingParty: Member, options: MatrixOptions, blamer: Blamer): Promise<MatrixResult[]> {
  const player = new PairPlayer(attester, relyingParty, { ...options, ledger: options.library.ledger });
  const results: MatrixResult[] = [];
  const shown = new Map<string, number>();
  try {
    for (const instance of instancesOf(attester, relyingParty, options.exchanges)) {
      if (!options.selects(instance.script.id, instance.id)) continue;
      const played = await playOne(player, instance);
      const result = resultOf(instance, attester, relyingParty, played, options);
      const isRed = ["fail", "warn", "inconclusive"].includes(result.outcome);
      const key = isRed ? `${result.direction} red` : "green";
      // Of what passes, one attested exchange stands for all, where there is one.
      const isSample = result.outcome === "pass" && instance.script.kind === "positive" && instance.script.attested;
      const count = shown.get(key) ?? 0;
      const isShown = isRed ? count < SHOWN_FAILURES : isSample && count < 1;
      if (isShown) shown.set(key, count + 1);
      const blame = isRed ? await blamer.blame(instance, attester, relyingParty, played) : undefined;
      const known = blame && disclosed(blame, result.exchange, [attester, relyingParty], options);
      const complete = { ...result, ...(blame && { blame }), ...(known && { disclosure: known.text }) };
      results.push(known?.withheld ? withoutDetails(complete) : { ...complete, ...(isShown && shownOf(result, played, options)) });
    }
  } finally {
    await player.end();
  }
  return results;
}

function playOne(player: PairPlayer, instance: Instance): Promise<Played> {
  if (instance.unsupported === undefined) return player.play(instance);
  const verdict = { outcome: "unsupported", detail: `no common capability: ${instance.unsupported}` } as const;
  return Promise.resolve({ verdict, last: "request", events: [], wires: [] });
}

const everything: ReadonlySet<Ability> = new Set(Object.keys(abilities) as Ability[]);

/** The exchanges of a pair with their parameters. Ends that wrap attestation in payloads of their own have no attestation in common with others. */
function instancesOf(attester: Member, relyingParty: Member, exchanges: readonly Case[]): Instance[] {
  const both = common(attester.hello, relyingParty.hello);
  const supports = attester.payload === relyingParty.payload ? both.supports : { ...both.supports, models: [] };
  return plan(exchanges, { ...both, supports }, everything);
}

function resultOf(
  { script, id, position, cipherSuite, scheme, format }: Instance,
  attester: Member,
  relyingParty: Member,
  { verdict: { outcome, detail, expected, found } }: Played,
  { reproducePair }: MatrixOptions,
): MatrixResult {
  return {
    type: "matrix-result",
    attester: attester.name,
    relyingParty: relyingParty.name,
    direction: `attester/${otherSide(splitPosition(position).side)}`,
    exchange: script.id,
    instance: id,
    parameters: { cipherSuite, signatureScheme: schemeName(schemeOf[scheme]), ...(script.attested && { format }) },
    outcome,
    detail,
    ...(expected !== undefined && { expected }),
    ...(found !== undefined && { found }),
    reproduce: reproducePair(attester, relyingParty, id),
  };
}

/** What is known of the exchange, or of a check that explains it, with whoever is at fault. */
function disclosed(
  { evidence }: Blame,
  exchange: string,
  members: readonly Member[],
  { disclosure }: MatrixOptions,
): DisclosureNote | undefined {
  const guilty = members.filter(({ name }) => evidence.some(({ implementation }) => implementation === name));
  const notes = guilty.flatMap((member) => {
    const checks = evidence.filter(({ implementation }) => implementation === member.name).map(({ check }) => check);
    return [exchange, ...checks].flatMap((check) => disclosure?.(member, check) ?? []);
  });
  return notes.find(({ withheld }) => withheld) ?? notes[0];
}

const HELD_BACK = "held back (docs/disclosure.md)";

// That it fails is said; how it is shown is not, until the maintainers had their time.
function withoutDetails(result: MatrixResult): MatrixResult {
  const evidence = result.blame?.evidence.map((each) => ({ ...each, reproduce: HELD_BACK }));
  return { ...result, ...(result.blame && evidence && { blame: { ...result.blame, evidence } }), reproduce: HELD_BACK };
}

function shownOf(
  { attester, relyingParty, direction, instance }: MatrixResult,
  { events, wires }: Played,
  { profile, capture }: MatrixOptions,
): Pick<MatrixResult, "transcript" | "capture"> {
  if (events.length === 0) return {};
  const name = [attester, relyingParty, direction, instance].map((part) => part.replace(/[^a-z0-9.]+/gi, "-").replace(/-$/, "")).join("--");
  const connections = wires.map(({ raw }) => ({ side: "client" as const, observed: { raw, keyLog: [] } }));
  return {
    transcript: pairTranscript(events, profile),
    ...(capture && { capture: capture(`${name}.pcapng`, captureOf(connections, "expat-conformance matrix")) }),
  };
}
