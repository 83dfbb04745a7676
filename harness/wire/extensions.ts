import type { Bytes } from "./bytes.ts";
import { Reader, type Surplus } from "./reader.ts";
import { type Encoded, Writer } from "./writer.ts";

/** RFC 8446 section 4.2: `extension_type` and `extension_data`. */
export interface Extension {
  readonly type: number;
  readonly data: Bytes;
}

/** The list without its own length prefix; spans `0.type`, `0.data.length`, `0.data`, … */
export function encodeExtensionList(extensions: readonly Extension[]): Encoded {
  const writer = new Writer();
  extensions.forEach((extension, index) => {
    writer.uint(`${index}.type`, extension.type, 2).vector(`${index}.data`, 2, extension.data);
  });
  return writer.finish();
}

/** Reads `reader` to its end as a list of extensions. Duplicates are kept: refusing them is the appraisal's business. */
export function decodeExtensionList(reader: Reader): Extension[] {
  const extensions: Extension[] = [];
  while (reader.remaining > 0) {
    reader.index = extensions.length;
    const type = reader.uint(2, "type");
    extensions.push({ type, data: reader.vector(2, "data").bytes });
  }
  return extensions;
}

/** The first type that stands in the list for a second time; undefined where none does (RFC 8446 section 4.2). One pass: a list may be long. */
export function repeatedType(types: readonly number[]): number | undefined {
  const seen = new Set<number>();
  return types.find((type) => seen.size === seen.add(type).size);
}

/** extension_data of signature_algorithms: SignatureSchemeList, RFC 8446 section 4.2.3. */
export function encodeSignatureSchemes(schemes: readonly number[]): Bytes {
  const list = new Writer();
  schemes.forEach((scheme, index) => {
    list.uint(String(index), scheme, 2);
  });
  return new Writer().vector("schemes", 2, list.finish().bytes).finish().bytes;
}

/** The code points of a SignatureSchemeList<2..2^16-2>. Throws DecodeError where it is not one. */
export function decodeSignatureSchemes(data: Bytes): number[] {
  const outer = new Reader(data, "signature_algorithms");
  const list = outer.vector(2, "supported_signature_algorithms", 2, 65534);
  outer.end();
  const schemes: number[] = [];
  while (list.remaining > 0) schemes.push(list.uint(2, String(schemes.length)));
  return schemes;
}

/** extension_data of cmw_attestation in a Certificate: cmw_data<1..2^16-1>, expat section 3. */
export function encodeCmwAttestation(cmwData: Bytes): Encoded {
  return new Writer().vector("cmwData", 2, cmwData).finish();
}

/**
 * cmw_data of a cmw_attestation extension. Throws DecodeError where it is empty, cut short or followed by more. `surplus`: what becomes of
 * what follows it.
 */
export function decodeCmwAttestation(data: Bytes, surplus?: Surplus): Bytes {
  const reader = new Reader(data, "cmw_attestation");
  const cmwData = reader.vector(2, "cmw_data", 1).bytes;
  reader.end(surplus);
  return cmwData;
}
