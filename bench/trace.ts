import crypto, { type KeyObject } from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import { TLSSocket } from "node:tls";
import type { IutControl } from "../harness/iut/control.ts";
import type { Method, Params, Result } from "../harness/iut/protocol.ts";

/** One piece of work that a case cannot do without, with all that is needed to do it again. */
export type Operation =
  | { readonly kind: "sign"; readonly args: Parameters<typeof crypto.sign> }
  | { readonly kind: "verify"; readonly args: Parameters<typeof crypto.verify> }
  | { readonly kind: "hash"; readonly algorithm: string; readonly chunks: readonly Uint8Array[] }
  | { readonly kind: "mac"; readonly algorithm: string; readonly key: Uint8Array; readonly chunks: readonly Uint8Array[] }
  | { readonly kind: "export"; readonly length: number; readonly label: string; readonly context: Buffer }
  | { readonly kind: "move"; readonly length: number; readonly to: "harness" | "iut" };

/** node:crypto as it is, whatever is written down of its use. */
export const plainCrypto = { sign: crypto.sign, verify: crypto.verify, createHash: crypto.createHash, createHmac: crypto.createHmac };

/**
 * Writes down, of cases that are played in this thread, the cryptography and the messages that they cannot do without:
 *
 * - a signature once, although it may be made twice;
 * - a verification once, and only where it is the receiver's own: what the oracle verifies again, or the build to see whether a seal still
 *   holds, is not needed for an exchange;
 * - a hash or a MAC over the same bytes at most twice, for the two ends; an exporter's value once at each end;
 * - every message that moves over the connection.
 *
 * Certificates and paths are not in it: they are the same few, and nobody has to look at them twice.
 */
export class Trace {
  #operations: Operation[] | undefined;
  #seen = new Map<string, number>();
  #receives: "iut" | "harness" = "iut";
  #atIut = false;

  /** Puts itself in the place of node:crypto's functions and of the exporter, for as long as the thread lives. */
  constructor() {
    crypto.sign = ((...args: Parameters<typeof crypto.sign>) => {
      this.#keep({ kind: "sign", args }, () => `sign ${args[0]} ${keyName(args[2])} ${text(args[1])}`);
      return plainCrypto.sign(...args);
    }) as typeof crypto.sign;
    crypto.verify = ((...args: Parameters<typeof crypto.verify>) => {
      if (this.#receives === "harness" || this.#atIut) {
        this.#keep({ kind: "verify", args }, () => `verify ${args[0]} ${keyName(args[2])} ${text(args[1])} ${text(args[3])}`);
      }
      return plainCrypto.verify(...args);
    }) as typeof crypto.verify;
    crypto.createHash = ((algorithm: string) =>
      this.#watched(plainCrypto.createHash(algorithm), (chunks) => ({ kind: "hash", algorithm, chunks }))) as typeof crypto.createHash;
    crypto.createHmac = ((algorithm: string, key: Uint8Array) =>
      this.#watched(plainCrypto.createHmac(algorithm, key), (chunks) => ({
        kind: "mac",
        algorithm,
        key,
        chunks,
      }))) as typeof crypto.createHmac;
    syncBuiltinESMExports();
    const exporter = TLSSocket.prototype.exportKeyingMaterial;
    const keep = (operation: Operation, name: () => string) => this.#keep(operation, name);
    TLSSocket.prototype.exportKeyingMaterial = function (this: TLSSocket, length, label, context) {
      keep({ kind: "export", length, label, context }, () => `export ${socketName(this)} ${length} ${label} ${text(context)}`);
      return exporter.call(this, length, label, context);
    };
  }

  /** Begins a case; `receives`: which end gets the authenticator. */
  begin(receives: "iut" | "harness"): void {
    this.#operations = [];
    this.#seen.clear();
    this.#receives = receives;
  }

  /** Ends it and returns what was written down. */
  end(): readonly Operation[] {
    const operations = this.#operations ?? [];
    this.#operations = undefined;
    return operations;
  }

  /** An implementation whose messages, and whose verifications, are told apart from the harness's. */
  watch(control: IutControl): IutControl {
    return {
      call: <M extends Method>(method: M, params: Params<M>): Promise<Result<M>> => {
        if (method === "send") this.#move((params as Params<"send">).data.length, "harness");
        if (method === "receive") this.#move((params as Params<"receive">).length, "iut");
        // The reference decides before it gives the thread away.
        this.#atIut = true;
        try {
          return control.call(method, params);
        } finally {
          this.#atIut = false;
        }
      },
      stop: () => control.stop(),
      diagnostics: () => control.diagnostics(),
    };
  }

  #move(length: number, to: "harness" | "iut"): void {
    this.#operations?.push({ kind: "move", length, to });
  }

  #keep(operation: Operation, name: () => string, times = 1): void {
    if (this.#operations === undefined) return;
    const key = name();
    const seen = this.#seen.get(key) ?? 0;
    this.#seen.set(key, seen + 1);
    if (seen < times) this.#operations.push(operation);
  }

  #watched<H extends crypto.Hash | crypto.Hmac>(hash: H, operation: (chunks: readonly Uint8Array[]) => Operation): H {
    if (this.#operations === undefined) return hash;
    const chunks: Uint8Array[] = [];
    let ofBytes = true;
    const { update, digest } = hash;
    hash.update = ((data: string | Uint8Array) => {
      // What the harness hashes for itself (seeds, names) is text.
      if (typeof data === "string") ofBytes = false;
      else chunks.push(data);
      return Reflect.apply(update, hash, [data]);
    }) as typeof hash.update;
    hash.digest = ((encoding?: crypto.BinaryToTextEncoding) => {
      const made = operation(chunks);
      if (ofBytes) this.#keep(made, () => `${made.kind} ${text(Buffer.concat(chunks))}`, 2);
      return Reflect.apply(digest, hash, encoding === undefined ? [] : [encoding]);
    }) as typeof hash.digest;
    return hash;
  }
}

const names = new WeakMap<object, number>();
let named = 0;

function nameOf(thing: object): number {
  const name = names.get(thing) ?? named++;
  names.set(thing, name);
  return name;
}

const socketName = (socket: object) => nameOf(socket);

// A key, or a key with the options of an algorithm.
function keyName(key: unknown): string {
  if (typeof key !== "object" || key === null) return String(key);
  const { key: inner, ...options } = key as { readonly key?: KeyObject };
  return inner === undefined ? String(nameOf(key)) : `${nameOf(inner)} ${JSON.stringify(options)}`;
}

function text(bytes: unknown): string {
  return bytes instanceof Uint8Array ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1") : String(bytes);
}
