import { Tokenizer } from "cborg/json";
import { type Bytes, view } from "../wire/bytes.ts";
import { decodeGuarded, firstNonUtf8, type TakesDefect } from "./guarded.ts";

/**
 * Exactly one JSON text in UTF-8 (RFC 8259). Objects become Map. A name that stands twice in an object, bytes that are no UTF-8, nesting
 * deeper than MAX_NESTING and anything behind the text throw Error, with the byte: two readers that disagree on such a document agree on a
 * signature and not on its meaning. `defect`: see decodeGuarded.
 */
export function decodeJson(bytes: Bytes, defect?: TakesDefect): unknown {
  const at = firstNonUtf8(bytes);
  if (at !== undefined) throw new Error(`text that is no UTF-8, at byte ${at}`);
  return decodeGuarded(bytes, (text) => new Tokenizer(text), {}, defect);
}

/** base64url without padding (RFC 4648 section 5). */
export function toBase64url(bytes: Bytes): string {
  return view(bytes).toString("base64url");
}

/**
 * Bytes of base64url without padding (RFC 4648 section 5), or undefined where `text` is not exactly that: padding, the other
 * alphabet, white space and non-zero trailing bits are refused.
 */
export function fromBase64url(text: string): Bytes | undefined {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) return undefined;
  const bytes = Buffer.from(text, "base64url");
  return bytes.toString("base64url") === text ? bytes : undefined;
}
