import { createHash } from "node:crypto";
import type { StepResult } from "../appraisal/finding.ts";
import type { PayloadAdapter } from "../attestation/payload.ts";
import type { Profile } from "../attestation/profile.ts";
import type { Side } from "../authenticator/secrets.ts";
import { MutationError } from "../forge/edit.ts";
import type { Driver, IutConnection } from "../iut/driver.ts";
import { type Position, splitPosition } from "../iut/protocol.ts";
import type { PkiEntity } from "../pki/test-pki.ts";
import type { Channel } from "../tls/channel.ts";
import { type Bytes, utf8 } from "../wire/bytes.ts";
import type { CipherSuite } from "../wire/code-points.ts";
import type { Showing } from "./ambiguities.ts";
import { type AttestationChoice, givenAttestation } from "./attestation-inputs.ts";
import type { Case } from "./case.ts";
import { type AuthenticatorMessage, Messages, type RequestMessage } from "./messages.ts";
import type { FormatName, SchemeName } from "./parameters.ts";
import { cmwDataOf } from "./received.ts";
import type { StimulusLog } from "./stimulus.ts";
import type { ValueScope } from "./values.ts";

/** What a case is run with. */
export interface ExecutionContext {
  readonly position: Position;
  readonly cipherSuite: CipherSuite;
  readonly scheme: SchemeName;
  readonly format: FormatName;
  readonly profile: Profile;
  readonly payload: PayloadAdapter;
  /** Anchors of an endpoint that we did not start; undefined: the test PKI and the claims below. */
  readonly anchors: Anchors | undefined;
  readonly seed: string;
  /** Names the instance: with the seed, the source of the contexts that the harness chooses. */
  readonly instance: string;
  /** Writes down what the IUT is handed. */
  readonly stimulus?: StimulusLog | undefined;
  /** Sees each message of the script as it is made or arrives. */
  readonly watch?: (message: RequestMessage | AuthenticatorMessage) => void;
}

/** What a product in the field is judged by, in place of the test PKI. */
export interface Anchors {
  /** undefined: nobody has said which roots its certificates chain to. */
  readonly roots: { readonly pkix: readonly Bytes[]; readonly attestation: readonly Bytes[] } | undefined;
}

/** The state of one run of a script: connections, messages by name, and what was found out. The steps read and write it. */
export class ScriptRun implements ValueScope {
  readonly messages: Messages;
  readonly judged: StepResult[] = [];
  observation: string | undefined;
  /** The observation of a probe, as the key of a behaviour. */
  shown: Showing | undefined;
  /** The IUT made use of a right to end the script here. */
  ended = false;
  /** The connections on which the IUT has refused an authenticator or a request, as the script expects. */
  readonly refusedOn = new Set<string>();
  readonly iutSide: Side;
  readonly exporterLabel: string;
  readonly exporterLength: number;
  readonly #connections = new Map<string, IutConnection>();
  readonly #given = new Map<string, ReturnType<typeof givenAttestation>>();
  #contextCount = 0;

  constructor(
    readonly script: Case,
    readonly driver: Driver,
    readonly context: ExecutionContext,
  ) {
    this.messages = new Messages(context.watch);
    this.exporterLabel = context.profile.exporterLabel;
    this.exporterLength = context.profile.exporterLength;
    this.iutSide = splitPosition(context.position).side;
  }

  /** The connection of that name, opened where there is none yet; `resume`: a session to offer. Throws what the driver throws. */
  async connect(name: string, resume?: Bytes): Promise<IutConnection> {
    const known = this.#connections.get(name);
    if (known) return known;
    const { position, cipherSuite } = this.context;
    // A copy of the raw bytes costs a pass through JavaScript: only where the script, or the judge, looks at the handshake.
    const record = this.script.steps.some(
      (step) =>
        ("handshake" in step && (step.handshake.on ?? "main") === name) ||
        ("authenticate" in step && step.authenticate.by === "iut" && step.authenticate.request === null),
    );
    const connection = await this.driver.connect({ position, cipherSuite, record, resume });
    this.#connections.set(name, connection);
    return connection;
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    // One after the other: an implementation need not answer more than one call at a time.
    for (const connection of this.#connections.values()) await connection.close();
  }

  /** What the IUT is given to attest with; for the same choice and identity the same again, as one result serves many exchanges. */
  given(choice: AttestationChoice, identity: PkiEntity | null): ReturnType<typeof givenAttestation> {
    const key = `${identity?.name} ${JSON.stringify(choice)}`;
    const given = this.#given.get(key) ?? givenAttestation(choice, this.context, identity);
    this.#given.set(key, given);
    return given;
  }

  lookUp(reference: string): unknown {
    // The one part of an authenticator of the IUT that a script can carry on: what it attested with.
    const [, name] = /^([a-z0-9-]+)\.cmwData$/.exec(reference) ?? [];
    if (name !== undefined) {
      const data = cmwDataOf(this.messages.authenticator(name).bytes, this.context.profile);
      if (data === undefined) throw new MutationError(`{from: ${reference}}: "${name}" holds no attestation`);
      return data;
    }
    return this.messages.lookUp(reference);
  }

  /** The harness's end of a connection that is open. Throws MutationError where none has that name. */
  connection(name: string): Channel {
    const connection = this.#connections.get(name);
    if (connection === undefined) throw new MutationError(`no connection is called "${name}" yet`);
    return connection.channel;
  }

  /** Adds the results of a judgement. Where a script judges several messages, a step has passed when it passed for each of them. */
  judge(results: readonly StepResult[]): void {
    for (const result of results) {
      const index = this.judged.findIndex(({ step }) => step === result.step);
      if (index < 0) this.judged.push(result);
      else if (this.judged[index]?.kind !== "finding" && result.kind !== "passed") this.judged[index] = result;
    }
  }

  /** A context for a message of the harness: unpredictable to the IUT, and the same when a case is replayed with its seed. */
  newContext(): Bytes {
    return createHash("sha256")
      .update(utf8(`${this.context.seed} ${this.context.instance} ${this.#contextCount++}`))
      .digest();
  }
}
