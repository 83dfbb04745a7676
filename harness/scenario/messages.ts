import type { AskedAttestation } from "../appraisal/state.ts";
import type { AttestationFormat } from "../attestation/format.ts";
import type { BuiltAuthenticator, BuiltRequest } from "../forge/build.ts";
import { MutationError } from "../forge/edit.ts";
import { type BuildView, lookUpStage } from "../forge/pipeline.ts";
import { type Bytes, equalBytes, toHex } from "../wire/bytes.ts";

/** A request as it went over a connection; `built` where the harness made it. */
export interface RequestMessage {
  readonly kind: "request";
  readonly bytes: Bytes;
  readonly context: Bytes;
  readonly on: string;
  readonly built?: BuiltRequest;
  /** Of one of the IUT: NewSessionTickets that had come before it. */
  readonly ticketsBefore?: number;
}

/** An authenticator as it went over a connection; `request` is the one it answers. */
export interface AuthenticatorMessage {
  readonly kind: "authenticator";
  readonly bytes: Bytes;
  readonly on: string;
  readonly request: RequestMessage | undefined;
  /** Of one that an IUT made: what it was told to attest, if it was. */
  readonly asked?: AskedAttestation | undefined;
  /** Of one that the harness made: the formats of what it attests with, if it does. */
  readonly formats?: readonly AttestationFormat[] | undefined;
  /** Of one of the IUT: NewSessionTickets that had come before it. */
  readonly ticketsBefore?: number;
  readonly built?: BuiltAuthenticator;
}

/** The messages of a script by their names, and the contexts that were seen on each connection. */
export class Messages {
  readonly #requests = new Map<string, RequestMessage>();
  readonly #authenticators = new Map<string, AuthenticatorMessage>();
  readonly #contexts = new Map<string, Set<string>>();
  #lastRequest: RequestMessage | undefined;
  #lastAuthenticator: AuthenticatorMessage | undefined;

  /** `watch` sees each message that is kept. */
  constructor(readonly watch?: (message: RequestMessage | AuthenticatorMessage) => void) {}

  keepRequest(name = "request", request: RequestMessage): void {
    this.watch?.(request);
    this.#lastRequest = request;
    this.#requests.set(name, request);
  }

  keepAuthenticator(name = "authenticator", authenticator: AuthenticatorMessage): void {
    this.watch?.(authenticator);
    this.#lastAuthenticator = authenticator;
    this.#authenticators.set(name, authenticator);
  }

  /** The request of that name, the last one (undefined), or none (null). Throws MutationError where there is none of that name. */
  request(name: string | null | undefined): RequestMessage | undefined {
    if (name === null) return undefined;
    const request = name === undefined ? this.#lastRequest : this.#requests.get(name);
    if (request === undefined) throw new MutationError(`no request "${name ?? ""}" was made`);
    return request;
  }

  /** The authenticator of that name, or the last one. Throws MutationError where there is none. */
  authenticator(name: string | undefined): AuthenticatorMessage {
    const authenticator = name === undefined ? this.#lastAuthenticator : this.#authenticators.get(name);
    if (authenticator === undefined) throw new MutationError(`no authenticator "${name ?? ""}" was made`);
    return authenticator;
  }

  /** The message of that name, of either kind. Throws MutationError where there is none. */
  message(name: string): RequestMessage | AuthenticatorMessage {
    const message = this.#authenticators.get(name) ?? this.#requests.get(name);
    if (message === undefined) throw new MutationError(`no message "${name}" was made`);
    return message;
  }

  /** Contexts (as hexadecimal) seen on a connection so far, of requests of both types. */
  contexts(connection: string): ReadonlySet<string> {
    return this.#contexts.get(connection) ?? new Set();
  }

  /** True where a request of the harness on that connection has this context. */
  harnessAsked(connection: string, context: Bytes): boolean {
    return [...this.#requests.values()].some(({ built, on, context: asked }) => built && on === connection && equalBytes(asked, context));
  }

  addContext(connection: string, context: Bytes): void {
    const seen = this.#contexts.get(connection) ?? new Set();
    this.#contexts.set(connection, seen.add(toHex(context)));
  }

  /**
   * What `{from: …}` speaks of: `NAME` all bytes of a message, `NAME.context` of a request, `NAME.STAGE.FIELD…` of one that the harness
   * made. Throws MutationError where there is no such thing.
   */
  lookUp(reference: string): unknown {
    const [name = "", ...path] = reference.split(".");
    const message = this.#authenticators.get(name) ?? this.#requests.get(name);
    if (message === undefined) throw new MutationError(`{from: ${reference}}: nothing is called "${name}" yet`);
    if (path.length === 0) return message.bytes;
    if (path[0] === "context" && message.kind === "request") return message.context;
    if (message.built === undefined) throw new MutationError(`{from: ${reference}}: "${name}" was made by the IUT and has no stages`);
    return lookUpStage(message.built as unknown as BuildView<Record<string, unknown>>, path.join("."));
  }
}
