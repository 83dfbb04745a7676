import type { AppraisalState } from "../appraisal/state.ts";
import { CborTag, decodeCbor } from "../attestation/cbor.ts";
import { type CmwEncoding, CmwIndicator, type CmwRecord, decodeCmw, encodeCmw } from "../attestation/cmw.ts";
import type { AttestationFormat } from "../attestation/format.ts";
import { attestationFormats, mediaTypeOf } from "../attestation/formats.ts";
import type { Profile } from "../attestation/profile.ts";
import { type Bytes, concat, equalBytes, uint, view } from "../wire/bytes.ts";
import { holds, type Mistake, reads } from "./mistake.ts";

/** What the step `cmw` had before it. */
export interface CmwGiven {
  readonly cmwData: Bytes;
  readonly profile: Profile;
  readonly asked: CmwEncoding | undefined;
  /** The bit of the indicator that belongs to what was asked for; that of Evidence where nobody has said what was. */
  readonly bit: number;
}

/** What the step `placement` had before it. */
export interface PlacementGiven {
  readonly entries: number;
  readonly attestations: readonly { readonly entry: number; readonly data: Bytes }[];
}

/** The known mistakes of the step `cmw`: each is undone, and a right CMW must come out (CMW section 3.1). */
export const cmwMistakes: readonly Mistake<CmwGiven>[] = [
  mistake(
    "base64-with-padding",
    "the value of the JSON record is base64url with padding",
    'Leave the "=" at the end out.',
    ["cmw-json-base64url"],
    ({ cmwData }) => withJsonValue(cmwData, (text) => /^[A-Za-z0-9_-]+=+$/.test(text), "base64url"),
  ),
  mistake(
    "standard-base64",
    "the value of the JSON record is in the standard base64 alphabet (+ and /)",
    "Use base64url without padding: - and _ in place of + and /.",
    ["cmw-json-base64url"],
    ({ cmwData }) => withJsonValue(cmwData, (text) => /^[A-Za-z0-9+/]*[+/][A-Za-z0-9+/]*=*$/.test(text), "base64"),
  ),
  mistake(
    "hexadecimal-value",
    "the value of the JSON record is hexadecimal text",
    "Write the value as base64url without padding.",
    ["cmw-json-base64url"],
    ({ cmwData }) => withJsonValue(cmwData, (text) => /^([0-9a-f]{2})+$/i.test(text), "hex"),
  ),
  mistake(
    "base64-in-cbor",
    "the value of the CBOR record is a text with base64 in it, not a byte string",
    "Put the Evidence itself into the record, as a byte string.",
    ["cmw-cbor-bytes"],
    ({ cmwData }) => {
      const members = membersOf(decodeCbor(cmwData));
      const [type, value] = members;
      if (typeof type !== "string" || typeof value !== "string") return undefined;
      return rewritten({ form: "record", encoding: "cbor", type, value: Buffer.from(value, "base64"), indicator: indicatorOf(members) });
    },
  ),
  mistake(
    "indicator-as-bit-index",
    "the indicator is the number of its bit (2) in place of its value (4)",
    "The indicator is a set of bits: Evidence is bit 2, whose value is 4.",
    ["cmw-ind-kind"],
    (given) => withIndicator(given, 2),
  ),
  mistake(
    "indicator-of-results",
    "the indicator is that of Attestation Results (8)",
    "Evidence has bit 2, whose value is 4.",
    ["cmw-ind-kind"],
    (given) => withIndicator(given, CmwIndicator.attestationResults),
  ),
  mistake(
    "indicator-of-zero",
    "the indicator is 0",
    "Leave the indicator out, or set bit 2 (4) for Evidence.",
    ["cmw-ind-nonzero", "cmw-ind-omitted"],
    ({ cmwData }) => {
      const text = cmwData[0] === 0x5b;
      const members = membersOf(text ? JSON.parse(view(cmwData).toString("utf8")) : decodeCbor(cmwData));
      if (members.length !== 3 || members[2] !== 0) return undefined;
      const [type, value] = members;
      if (typeof type !== "string") return undefined;
      if (typeof value === "string")
        return rewritten({ form: "record", encoding: "json", type, value: Buffer.from(value, "base64url"), indicator: null });
      return value instanceof Uint8Array ? rewritten({ form: "record", encoding: "cbor", type, value, indicator: null }) : undefined;
    },
  ),
  mistake(
    "no-wrapper",
    "the Evidence stands in cmw_data without a CMW around it",
    "Wrap it: an array of media type, Evidence and the indicator 4.",
    ["expat-cmw-format", "cmw-record-structure"],
    ({ cmwData, profile }) => {
      const format = formatReading(cmwData, profile);
      return format && rewritten({ form: "record", encoding: "cbor", type: format.mediaType, value: cmwData, indicator: null });
    },
  ),
  mistake(
    "byte-string-around-record",
    "the CMW is wrapped once more, in a CBOR byte string",
    "Put the record itself into cmw_data; its length is in the extension.",
    ["cmw-record-structure", "expat-cmw-format"],
    ({ cmwData }) => {
      const inner = decodeCbor(cmwData);
      return inner instanceof Uint8Array ? inner : undefined;
    },
  ),
  mistake(
    "text-around-record",
    "the CMW as a whole is written in base64 or hexadecimal",
    "Put the bytes of the CMW into cmw_data.",
    ["cmw-record-structure", "expat-cmw-format"],
    ({ cmwData }) => {
      const text = view(cmwData).toString("latin1");
      if (/^([0-9a-f]{2})+$/i.test(text)) return Buffer.from(text, "hex");
      return /^[A-Za-z0-9+/_-]+=*$/.test(text) ? Buffer.from(text, "base64") : undefined;
    },
  ),
  mistake(
    "json-object",
    "the record is a JSON object with names, not an array",
    "A record is an array of type, value and at most an indicator; names are for collections.",
    ["cmw-record-structure"],
    ({ cmwData }) => {
      const object = JSON.parse(view(cmwData).toString("utf8")) as Record<string, unknown>;
      const texts = Object.values(object).filter((member) => typeof member === "string");
      const type = texts.find((text) => isKnownType(text));
      const value = texts.filter((text) => text !== type).sort((a, b) => b.length - a.length)[0];
      if (Array.isArray(object) || type === undefined || value === undefined) return undefined;
      return rewritten({ form: "record", encoding: "json", type, value: Buffer.from(value, "base64"), indicator: null });
    },
  ),
  mistake(
    "members-swapped",
    "the value stands before the type in the record",
    "The order is type, value, indicator.",
    ["cmw-record-structure"],
    ({ cmwData }) => {
      const text = cmwData[0] === 0x5b;
      const members = membersOf(text ? JSON.parse(view(cmwData).toString("utf8")) : decodeCbor(cmwData));
      const [value, type] = members;
      if (typeof type !== "string" || !isKnownType(type)) return undefined;
      if (text && typeof value === "string") {
        return rewritten({
          form: "record",
          encoding: "json",
          type,
          value: Buffer.from(value, "base64url"),
          indicator: indicatorOf(members),
        });
      }
      return value instanceof Uint8Array
        ? rewritten({ form: "record", encoding: "cbor", type, value, indicator: indicatorOf(members) })
        : undefined;
    },
  ),
  mistake(
    "unregistered-type",
    "the media type is not that of the Evidence, which reads right under its own",
    "Name the registered media type of the Evidence: application/eat+cwt or application/eat+jwt.",
    ["cmw-type", "cmw-value-matches-type"],
    ({ cmwData, profile }) => {
      const record = decodeRecord(cmwData);
      if (isKnownType(record.type)) return undefined;
      const format = formatReading(record.value, profile);
      return format && rewritten({ ...record, type: format.mediaType });
    },
  ),
  {
    id: "cmw/other-encoding",
    title: "the CMW is right, but in another encoding than was asked for (JSON for CBOR, or CBOR for JSON)",
    hint: "Encode the CMW as the caller says; both ends have agreed on it.",
    requirements: ["expat-cmw-serialisation", "expat-encoding-agreed"],
    fits: ({ cmwData, asked, bit }) => asked !== undefined && decodeCmw(cmwData).encoding !== asked && isRight(cmwData, bit),
  },
];

/** The known mistakes of the step `placement` (expat section 3). */
export const placementMistakes: readonly Mistake<PlacementGiven>[] = [
  {
    id: "placement/no-inner-length",
    title: "the CMW fills extension_data by itself: the length of cmw_data is missing",
    hint: "extension_data is the vector cmw_data<1..2^16-1>: two bytes of length, then the CMW.",
    requirements: ["expat-extension-structure"],
    fits: onlyData((data) => isEither(data)),
  },
  ...([1, 3, 4] as const).map((size) => ({
    id: `placement/inner-length-of-${size}`,
    title: `the length of cmw_data has ${size} ${size === 1 ? "byte" : "bytes"} in place of two`,
    hint: "extension_data is the vector cmw_data<1..2^16-1>: two bytes of length, then the CMW.",
    requirements: ["expat-extension-structure"],
    fits: onlyData((data) => {
      const cmwData = data.subarray(size);
      return equalBytes(data, concat(uint(cmwData.length % 2 ** (8 * size), size), cmwData)) && isEither(cmwData);
    }),
  })),
  {
    id: "placement/inner-length-counts-itself",
    title: "the length of cmw_data counts its own two bytes as well",
    hint: "A length prefix counts what follows it.",
    requirements: ["expat-extension-structure"],
    fits: onlyData((data) => view(data).readUInt16BE(0) === data.length && isEither(data.subarray(2))),
  },
  {
    id: "placement/inner-length-in-little-endian",
    title: "the length of cmw_data is in little-endian order",
    hint: "Numbers in TLS are big-endian.",
    requirements: ["expat-extension-structure"],
    fits: onlyData((data) => view(data).readUInt16LE(0) === data.length - 2 && isEither(data.subarray(2))),
  },
  {
    id: "placement/in-every-entry",
    title: "each entry of the Certificate carries the attestation",
    hint: "Put cmw_attestation into the first entry only.",
    requirements: ["expat-first-entry-only", "expat-not-in-other-entries"],
    fits: ({ entries, attestations }) => entries > 1 && attestations.length === entries && everyEntry(attestations),
  },
  {
    id: "placement/in-last-entry",
    title: "the attestation stands in the last entry of the Certificate",
    hint: "Put cmw_attestation into the first entry, that of the end-entity certificate.",
    requirements: ["expat-first-entry-only", "expat-not-in-other-entries"],
    fits: ({ entries, attestations }) => entries > 1 && attestations.length === 1 && attestations[0]?.entry === entries - 1,
  },
];

/** What the step had before it, or undefined where it was not come to. */
export function cmwGiven({ input, facts }: AppraisalState): CmwGiven | undefined {
  const bit = input.asked?.model === "passport" ? CmwIndicator.attestationResults : CmwIndicator.evidence;
  return facts.cmwData && { cmwData: facts.cmwData, profile: input.profile, asked: input.asked?.cmw, bit };
}

/** The same for the step `placement`. */
export function placementGiven({ facts }: AppraisalState): PlacementGiven | undefined {
  const { certificate, attestations } = facts;
  return certificate && attestations && { entries: certificate.entries.length, attestations };
}

function mistake(
  name: string,
  title: string,
  hint: string,
  requirements: readonly string[],
  undone: (given: CmwGiven) => Bytes | undefined,
): Mistake<CmwGiven> {
  const fits = (given: CmwGiven): boolean => {
    const cmwData = undone(given);
    return cmwData !== undefined && isRight(cmwData, given.bit);
  };
  return { id: `cmw/${name}`, title, hint, requirements, fits };
}

/** True of a CMW record that says to hold a known format of that kind; what is in it is the business of later steps. */
function isRight(cmwData: Bytes, bit: number): boolean {
  return holds(() => {
    const { type, indicator, value } = decodeRecord(cmwData);
    return isKnownType(type) && value.length > 0 && (indicator === null || (indicator & bit) !== 0);
  });
}

/** The same of either kind: where the attestation stands does not depend on what it is. */
function isEither(cmwData: Bytes): boolean {
  return isRight(cmwData, CmwIndicator.evidence | CmwIndicator.attestationResults);
}

function isKnownType(type: unknown): boolean {
  return typeof type === "string" && attestationFormats.some(({ mediaType }) => mediaType === mediaTypeOf(type));
}

function formatReading(value: Bytes, profile: Profile): AttestationFormat | undefined {
  return attestationFormats.find((format) => reads(() => format.open(value, profile)));
}

function decodeRecord(cmwData: Bytes): CmwRecord {
  const cmw = decodeCmw(cmwData);
  if (cmw.form !== "record") throw new Error("no record");
  return cmw;
}

function rewritten(record: CmwRecord): Bytes {
  return encodeCmw(record);
}

// Of Evidence alone: the indicator of results is the right one of a result.
function withIndicator({ cmwData, bit }: CmwGiven, wrong: number): Bytes | undefined {
  if (bit !== CmwIndicator.evidence) return undefined;
  const record = decodeRecord(cmwData);
  return record.indicator === wrong ? rewritten({ ...record, indicator: CmwIndicator.evidence }) : undefined;
}

function withJsonValue(cmwData: Bytes, wrong: (text: string) => boolean, encoding: "base64" | "base64url" | "hex"): Bytes | undefined {
  if (cmwData[0] !== 0x5b) return undefined;
  const members = membersOf(JSON.parse(view(cmwData).toString("utf8")));
  const [type, value] = members;
  if (typeof type !== "string" || typeof value !== "string" || !wrong(value)) return undefined;
  // Undone in its own words: what was received must be exactly what the mistake makes of these bytes.
  const bytes = Buffer.from(value, encoding);
  return rewritten({ form: "record", encoding: "json", type, value: bytes, indicator: indicatorOf(members) });
}

function membersOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value) || value.length < 2 || value.length > 3 || value instanceof CborTag) return [];
  return value;
}

function indicatorOf(members: readonly unknown[]): number | null {
  return typeof members[2] === "number" ? members[2] : null;
}

function onlyData(test: (data: Bytes) => boolean): (given: PlacementGiven) => boolean {
  return ({ attestations }) => {
    const [only] = attestations;
    return attestations.length === 1 && only !== undefined && only.entry === 0 && test(only.data);
  };
}

function everyEntry(attestations: PlacementGiven["attestations"]): boolean {
  return attestations.every(({ entry }, index) => entry === index);
}
