import { type Bytes, preview, view } from "../wire/bytes.ts";
import { CborTag, cbor, decodeCbor } from "./cbor.ts";
import type { TextDefect } from "./guarded.ts";
import { decodeJson, fromBase64url, toBase64url } from "./json.ts";

export type CmwEncoding = "cbor" | "json";

/** A Record CMW (draft-ietf-rats-msg-wrap section 3.1): a media type or Content-Format, the message, the indicator where there is one. */
export interface CmwRecord {
  readonly form: "record";
  readonly encoding: CmwEncoding;
  readonly type: string | number;
  readonly value: Bytes;
  readonly indicator: number | null;
  /** How JSON is to hold the value; default: base64url, as section 3.1 demands. The others can be written, and are never read. */
  readonly valueAs?: CmwValueForm | undefined;
}

export type CmwValueForm = "base64url" | "base64url-padded" | "base64" | "verbatim";

/** A Tag CMW (section 3.2): a CBOR tag that stands for a Content-Format, around the message. */
export interface CmwTag {
  readonly form: "tag";
  readonly encoding: "cbor";
  readonly tag: number;
  readonly value: Bytes;
}

/** A Collection CMW (section 3.3): labelled CMWs, and in `__cmwc_t` perhaps what kind of collection it is. */
export interface CmwCollection {
  readonly form: "collection";
  readonly encoding: CmwEncoding;
  readonly collectionType: string | null;
  readonly items: readonly CmwItem[];
}

/** `name` is ours, for edits; the label is what stands in the collection. A list may hold a label twice. */
export interface CmwItem {
  readonly name: string;
  readonly label: string | number;
  readonly cmw: Cmw;
}

export type Cmw = CmwRecord | CmwTag | CmwCollection;

/** A message in a CMW: a record or a tag, with the labels that lead to it. */
export interface CmwLeaf {
  readonly path: readonly (string | number)[];
  readonly form: "record" | "tag";
  readonly encoding: CmwEncoding;
  /** Media type as it stands there, or Content-Format. */
  readonly type: string | number;
  readonly value: Bytes;
  readonly indicator: number | null;
}

/** The registered bits of `ind` (section 3.1.1), as values. */
export const CmwIndicator = { evidence: 4, attestationResults: 8 } as const;

/** How deep collections may stand in one another here; an implementation may limit it (section 3.3). */
export const MAX_CMW_DEPTH = 8;

const COLLECTION_TYPE = "__cmwc_t";
const TAG_BASE = 0x63740101;
const TAG_LAST = 1668612095;

/** Bytes that are no CMW; the message says what was expected and found, and where. */
export class CmwError extends Error {
  override readonly name = "CmwError";
}

/** What of a CMW a reader could go on with, and should not: the rules that it breaks. */
export type CmwDefect =
  | TextDefect
  | "members"
  | "base64url"
  | "indicator-range"
  | "collection-type"
  | "collection-labels"
  | "collection-nonempty";

/** Takes a defect, for a reader that goes on with the CMW all the same. */
type TakesCmwDefect = (defect: CmwDefect, error: CmwError) => void;

/** A CMW in its encoding. `indicator` null leaves the third member out; any number is written as it is, 0 too. */
export function encodeCmw(cmw: Cmw): Bytes {
  return cmw.encoding === "json" ? Buffer.from(jsonOf(cmw)) : cborOf(cmw);
}

function cborOf(cmw: Cmw): Bytes {
  switch (cmw.form) {
    case "tag":
      return cbor.tag(cmw.tag, cbor.bytes(cmw.value));
    case "collection": {
      const type: [Bytes, Bytes][] = cmw.collectionType === null ? [] : [[cbor.text(COLLECTION_TYPE), cbor.text(cmw.collectionType)]];
      const items = cmw.items.map(({ label, cmw: inner }): [Bytes, Bytes] => [
        typeof label === "number" ? cbor.int(label) : cbor.text(label),
        cborOf(inner),
      ]);
      return cbor.map([...type, ...items]);
    }
    case "record": {
      const members = [typeof cmw.type === "number" ? cbor.int(cmw.type) : cbor.text(cmw.type), cbor.bytes(cmw.value)];
      return cbor.array(cmw.indicator === null ? members : [...members, cbor.int(cmw.indicator)]);
    }
  }
}

// By hand, since an edit must be able to write a label twice. A tag has no form in JSON: it is written as its number and its value.
function jsonOf(cmw: Cmw): string {
  switch (cmw.form) {
    case "tag":
      return JSON.stringify([cmw.tag, toBase64url(cmw.value)]);
    case "collection": {
      const type = cmw.collectionType === null ? [] : [`${JSON.stringify(COLLECTION_TYPE)}:${JSON.stringify(cmw.collectionType)}`];
      return `{${[...type, ...cmw.items.map(({ label, cmw: inner }) => `${JSON.stringify(String(label))}:${jsonOf(inner)}`)].join()}}`;
    }
    case "record":
      return JSON.stringify([cmw.type, jsonValue(cmw), ...(cmw.indicator === null ? [] : [cmw.indicator])]);
  }
}

function jsonValue({ value, valueAs = "base64url" }: CmwRecord): string {
  if (valueAs === "verbatim") return view(value).toString("utf8");
  const standard = view(value).toString("base64");
  if (valueAs === "base64") return standard;
  return valueAs === "base64url" ? toBase64url(value) : standard.replaceAll("+", "-").replaceAll("/", "_");
}

/** Reads a CMW by its first byte (section 3.4), collections down to MAX_CMW_DEPTH. Throws CmwError, but for what `defect` takes. */
export function decodeCmw(bytes: Bytes, defect: TakesCmwDefect = throwing): Cmw {
  const first = bytes[0] ?? 0;
  switch (first) {
    case 0x82:
    case 0x83:
    case 0x9f:
    case 0xda:
    case 0xbf:
      return read("cbor", bytes, defect);
    case 0x20:
    case 0x09:
    case 0x0a:
    case 0x0d:
    case 0x5b:
    case 0x7b:
      return read("json", bytes, defect);
    default:
      if (first >= 0xa0 && first <= 0xbb) return read("cbor", bytes, defect);
      throw new CmwError(
        `expected the first byte of a CMW (0x82, 0x83, 0x9f, 0xa0 to 0xbb, 0xbf, 0xda, 0x5b or 0x7b), found ${preview(bytes, 8)}`,
      );
  }
}

function throwing(_: CmwDefect, error: CmwError): never {
  throw error;
}

function read(encoding: CmwEncoding, bytes: Bytes, defect: TakesCmwDefect): Cmw {
  const what = encoding === "cbor" ? "CBOR item" : "JSON text";
  const cmwError = (error: unknown) =>
    error instanceof CmwError ? error : new CmwError(`expected one ${what} and nothing behind it: ${(error as Error).message}`);
  const inText = (kind: TextDefect, error: Error) => defect(kind, cmwError(error));
  let item: unknown;
  try {
    item = encoding === "cbor" ? decodeCbor(bytes, inText) : decodeJson(bytes, inText);
  } catch (error) {
    throw cmwError(error);
  }
  return cmwOf(item, { encoding, path: [], depth: MAX_CMW_DEPTH, defect });
}

/** Where in a CMW a reader is. */
interface Place {
  readonly encoding: CmwEncoding;
  readonly path: readonly unknown[];
  /** How many collections may still stand in one another. */
  readonly depth: number;
  readonly defect: TakesCmwDefect;
}

function cmwOf(item: unknown, place: Place): Cmw {
  if (Array.isArray(item)) return recordOf(item, place);
  if (item instanceof CborTag) return tagOf(item, place.path);
  if (item instanceof Map) return collectionOf(item, place);
  throw new CmwError(`${at(place.path)}expected a record, a tag or a collection, found ${show(item)}`);
}

function collectionOf(map: Map<unknown, unknown>, { encoding, path, depth, defect }: Place): CmwCollection {
  if (depth <= 0) throw new CmwError(`${at(path)}expected collections no deeper than ${MAX_CMW_DEPTH} in one another`);
  const collectionType = map.get(COLLECTION_TYPE) ?? null;
  if (collectionType !== null && !(typeof collectionType === "string" && isUriOrOid(collectionType))) {
    const what = `expected ${COLLECTION_TYPE} as an absolute URI or an OID, found ${show(collectionType)}`;
    defect("collection-type", new CmwError(`${at(path)}${what}`));
  }
  const items: CmwItem[] = [];
  for (const [label, value] of map) {
    if (label === COLLECTION_TYPE) continue;
    const isLabel = typeof label === "string" || (encoding === "cbor" && typeof label === "number" && Number.isInteger(label));
    if (!isLabel) {
      const what = `expected labels that are texts or, in CBOR, integers, found ${show(label)}`;
      defect("collection-labels", new CmwError(`${at(path)}${what}`));
    }
    const cmw = cmwOf(value, { encoding, path: [...path, label], depth: depth - 1, defect });
    items.push({ name: String(label), label: isLabel ? label : String(label), cmw });
  }
  if (items.length === 0) {
    defect("collection-nonempty", new CmwError(`${at(path)}expected at least one CMW in the collection, found none`));
  }
  return { form: "collection", encoding, collectionType: typeof collectionType === "string" ? collectionType : null, items };
}

// RFC 3986 section 4.3: absolute-URI has a scheme and no fragment. The OID is that of the CDDL of section 3.3.
function isUriOrOid(text: string): boolean {
  return /^[A-Za-z][A-Za-z0-9+.-]*:[^\s#<>"{}|\\^`]*$/.test(text) || /^[0-2](\.(0|[1-9][0-9]*))*$/.test(text);
}

// The transform TN() of RFC 9277 appendix B.
function tagOf(item: CborTag, path: readonly unknown[]): CmwTag {
  if (!(item.value instanceof Uint8Array)) throw new CmwError(`${at(path)}expected a tag CMW around a byte string`);
  // TN() leaves out the numbers that end in a zero byte.
  if (!(item.tag >= TAG_BASE && item.tag <= TAG_LAST) || item.tag % 256 === 0) {
    throw new CmwError(`${at(path)}expected the tag of a Content-Format, of ${TAG_BASE} to ${TAG_LAST}, found ${item.tag}`);
  }
  return { form: "tag", encoding: "cbor", tag: item.tag, value: item.value };
}

/** The tag of a Content-Format: TN() of RFC 9277 appendix B. */
export function tagOfContentFormat(contentFormat: number): number {
  return TAG_BASE + Math.floor(contentFormat / 255) * 256 + (contentFormat % 255);
}

function contentFormatOfTag(tag: number): number {
  const offset = tag - TAG_BASE;
  return (offset >> 8) * 255 + (offset & 255);
}

/** The messages in a CMW, in its order. */
export function leavesOf(cmw: Cmw, path: readonly (string | number)[] = []): CmwLeaf[] {
  switch (cmw.form) {
    case "collection":
      return cmw.items.flatMap(({ label, cmw: inner }) => leavesOf(inner, [...path, label]));
    case "tag": {
      const { form, encoding, tag, value } = cmw;
      return [{ path, form, encoding, type: contentFormatOfTag(tag), value, indicator: null }];
    }
    case "record": {
      const { form, encoding, type, value, indicator } = cmw;
      return [{ path, form, encoding, type, value, indicator }];
    }
  }
}

function recordOf(members: readonly unknown[], { encoding, path, defect }: Place): CmwRecord {
  const here = at(path);
  if (members.length < 2 || members.length > 3) {
    const error = new CmwError(`${here}expected an array of type, value and at most an indicator, found ${members.length} members`);
    if (members.length < 2) throw error;
    defect("members", error);
  }
  const [type, encodedValue, indicator = null] = members;
  const contentFormat = encoding === "cbor" && typeof type === "number" && Number.isInteger(type) && type >= 0 && type <= 0xffff;
  if (typeof type !== "string" && !contentFormat) throw new CmwError(`${here}expected a media type, found ${show(type)}`);
  const value = encoding === "cbor" ? encodedValue : typeof encodedValue === "string" && bytesOf(encodedValue, path, defect);
  if (!(value instanceof Uint8Array)) {
    const form = encoding === "cbor" ? "a byte string" : "base64url without padding";
    throw new CmwError(`${here}expected the value as ${form}, found ${show(encodedValue)}`);
  }
  const inRange = isIndicator(indicator);
  if (members.length >= 3 && !inRange) {
    defect("indicator-range", new CmwError(`${here}expected an indicator of 1 to 4294967295, found ${show(indicator)}`));
  }
  return { form: "record", encoding, type: type as string | number, value, indicator: inRange ? indicator : null };
}

// The bytes of a value in JSON, also where a reader of other kinds of base64 would find some.
function bytesOf(text: string, path: readonly unknown[], defect: TakesCmwDefect): Bytes {
  const strict = fromBase64url(text);
  // The text has one character at least (base64url-string of the draft's CDDL).
  if (strict && text !== "") return strict;
  defect("base64url", new CmwError(`${at(path)}expected the value as base64url without padding, found ${show(text)}`));
  return Buffer.from(text, "base64url");
}

function isIndicator(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 0xffffffff;
}

function at(path: readonly unknown[]): string {
  return path.length === 0 ? "" : `${path.map(String).join(" / ")}: `;
}

function show(value: unknown): string {
  if (value instanceof Uint8Array) return `bytes ${preview(value)}`;
  if (value instanceof Map) return `a map of ${value.size} entries`;
  if (typeof value === "bigint" || value instanceof CborTag) return typeof value === "bigint" ? String(value) : `tag ${value.tag}`;
  return view(Buffer.from(JSON.stringify(value, shallow) ?? String(value))).toString("utf8", 0, 60);
}

// What a message to people shows of lists: JSON has no form for the large integers and the bytes in them.
function shallow(_: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return preview(value);
  return typeof value === "bigint" ? String(value) : value;
}
