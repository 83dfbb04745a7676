import { eatCwt } from "./evidence-eat-cwt.ts";
import { eatJwt } from "./evidence-eat-jwt.ts";
import type { AttestationFormat, EvidenceFormat, Model, ResultFormat } from "./format.ts";
import { earCwt } from "./result-ear-cwt.ts";
import { earJwt } from "./result-ear-jwt.ts";

/** Formats by their names. The order is that of preference where a case leaves the choice open. */
export type FormatTable = readonly AttestationFormat[];

/** Every format of Evidence and of Attestation Results that the suite speaks. */
export const attestationFormats = [eatCwt, eatJwt, earJwt, earCwt] as const satisfies FormatTable;

/** The format of a media type in a model, else undefined. */
export function formatOf(model: "background-check", mediaType: string, table?: FormatTable): EvidenceFormat | undefined;
export function formatOf(model: "passport", mediaType: string, table?: FormatTable): ResultFormat | undefined;
export function formatOf(model: Model, mediaType: string, table?: FormatTable): AttestationFormat | undefined;
export function formatOf(model: Model, mediaType: string, table: FormatTable = attestationFormats): AttestationFormat | undefined {
  return table.find((format) => format.model === model && format.mediaType === mediaType);
}

/** The media types of a model, in the order of the table. */
export function mediaTypes(model: Model, table: FormatTable = attestationFormats): string[] {
  return table.filter((format) => format.model === model).map(({ mediaType }) => mediaType);
}

/** The media type without its parameters, in lower case (RFC 9110 section 8.3.1); undefined for a Content-Format that is not known here. */
export function mediaTypeOf(type: string | number, table: FormatTable = attestationFormats): string | undefined {
  if (typeof type === "string") return type.split(";", 1)[0]?.trim().toLowerCase();
  return table.find(({ contentFormat }) => contentFormat === type)?.mediaType;
}
