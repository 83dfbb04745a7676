import { type Bytes, preview, view } from "../wire/bytes.ts";
import { CborTag, cbor, decodeCbor } from "./cbor.ts";

/** A Record CMW (draft-ietf-rats-msg-wrap section 3.1): a media type or Content-Format, the message, the indicator where there is one. */
export interface CmwRecord {
  readonly encoding: "cbor" | "json";
  readonly type: string | number;
  readonly value: Bytes;
  readonly indicator: number | null;
}

/** The registered bits of `ind` (section 3.1.1) that matter here, as values. */
export const CmwIndicator = { evidence: 4, attestationResults: 8 } as const;

/** Bytes that are no CMW record; the message says what was expected and found. */
export class CmwError extends Error {
  override readonly name = "CmwError";
}

/** The record in its encoding. `indicator` null leaves the third member out; any number is written as it is, 0 too. */
export function encodeCmw(record: CmwRecord): Bytes {
  if (record.encoding === "json") {
    const members: (string | number)[] = [record.type, view(record.value).toString("base64url")];
    if (record.indicator !== null) members.push(record.indicator);
    return Buffer.from(JSON.stringify(members));
  }
  const members = [typeof record.type === "number" ? cbor.int(record.type) : cbor.text(record.type), cbor.bytes(record.value)];
  if (record.indicator !== null) members.push(cbor.int(record.indicator));
  return cbor.array(members);
}

/** Reads a record by its first byte (section 3.4). Throws CmwError. */
export function decodeCmw(bytes: Bytes): CmwRecord {
  switch (bytes[0]) {
    case 0x82:
    case 0x83:
    case 0x9f:
      return record("cbor", readCbor(bytes), (value) => (value instanceof Uint8Array ? value : undefined));
    case 0x20:
    case 0x09:
    case 0x0a:
    case 0x0d:
    case 0x5b:
      return record("json", readJson(bytes), (value) => (typeof value === "string" ? fromBase64url(value) : undefined));
    case 0xda:
      return tagCmw(readCbor(bytes));
    case 0x7b:
      throw new CmwError(`expected a CMW record, found a JSON object (a collection, or not a CMW at all): ${excerpt(bytes)}`);
    default:
      throw new CmwError(`expected the first byte of a CMW record (0x82, 0x83, 0x9f or 0x5b), found ${preview(bytes, 8)}`);
  }
}

/** The media type without its parameters, in lower case (RFC 9110 section 8.3.1); undefined for a Content-Format that is not known here. */
export function mediaTypeOf(type: string | number): string | undefined {
  return typeof type === "string" ? type.split(";", 1)[0]?.trim().toLowerCase() : contentFormats.get(type);
}

/** CoAP Content-Formats of EAT (RFC 9782 section 6.3). */
const contentFormats = new Map([
  [263, "application/eat+cwt"],
  [264, "application/eat+jwt"],
]);

// The transform TN() of RFC 9277 appendix B, backwards: 0x63740101 + (format / 255) * 256 + format % 255.
function tagCmw(item: unknown): CmwRecord {
  if (!(item instanceof CborTag) || !(item.value instanceof Uint8Array)) throw new CmwError("expected a tag CMW around a byte string");
  const offset = item.tag - 0x63740101;
  if (offset < 0 || item.tag > 1668612095) throw new CmwError(`expected a tag of 1668546817 to 1668612095, found ${item.tag}`);
  return { encoding: "cbor", type: (offset >> 8) * 255 + (offset & 255), value: item.value, indicator: null };
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

function record(encoding: "cbor" | "json", members: unknown, readValue: (value: unknown) => Bytes | undefined): CmwRecord {
  if (!Array.isArray(members) || members.length < 2 || members.length > 3) {
    const found = Array.isArray(members) ? `${members.length} members` : typeof members;
    throw new CmwError(`expected an array of type, value and at most an indicator, found ${found}`);
  }
  const [type, encodedValue, indicator = null]: unknown[] = members;
  const contentFormat = encoding === "cbor" && typeof type === "number" && Number.isInteger(type) && type >= 0 && type <= 0xffff;
  if (typeof type !== "string" && !contentFormat) throw new CmwError(`expected a media type, found ${String(type)}`);
  const value = readValue(encodedValue);
  if (value === undefined) {
    throw new CmwError(
      `expected the value as ${encoding === "cbor" ? "a byte string" : "base64url without padding"}, found ${show(encodedValue)}`,
    );
  }
  if (members.length === 3 && !isIndicator(indicator)) {
    throw new CmwError(`expected an indicator of 1 to 4294967295, found ${show(indicator)}`);
  }
  return { encoding, type: type as string | number, value, indicator: indicator as number | null };
}

function isIndicator(value: unknown): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 0xffffffff;
}

function readCbor(bytes: Bytes): unknown {
  try {
    return decodeCbor(bytes);
  } catch (error) {
    throw new CmwError(`expected one CBOR array and nothing behind it: ${(error as Error).message}`);
  }
}

function readJson(bytes: Bytes): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw new CmwError(`expected one JSON array and nothing behind it: ${(error as Error).message}`);
  }
}

function show(value: unknown): string {
  return value instanceof Uint8Array ? `bytes ${preview(value)}` : (JSON.stringify(value)?.slice(0, 60) ?? String(value));
}

function excerpt(bytes: Bytes): string {
  return JSON.stringify(view(bytes).toString("utf8", 0, 48));
}
