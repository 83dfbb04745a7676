import { publicKeyOf, signWith, verifyWith } from "../authenticator/signature.ts";
import { type Bytes, concat, preview, utf8, view } from "../wire/bytes.ts";
import { decodeJson, fromBase64url, toBase64url } from "./json.ts";
import { algorithmNamed, claimsOf, type Envelope, type Field, type FieldValue, TokenError, tokenAlgorithm } from "./token.ts";

/** JWS in the compact serialisation (RFC 7515 section 3.1) around JSON, the signer's chain in x5c (section 4.1.6). */
export const jwsCompact: Envelope = {
  encodeClaims: (claims) => utf8(encodeFields(claims)),

  readClaims: (payload) =>
    claimsOf(readObject(payload, "claims"), (value) => (typeof value === "string" ? fromBase64url(value) : undefined)),

  compose(payload, key, chain, contentType) {
    return {
      protectedHeader: [
        { name: "alg", label: "alg", value: tokenAlgorithm(key).jose },
        ...(contentType === undefined ? [] : [{ name: "contentType", label: "cty", value: contentType }]),
        { name: "x5c", label: "x5c", value: chain },
      ],
      payload,
      key,
    };
  },

  signedContent: ({ protectedHeader, payload }) => signingInput(protectedHeader, payload),

  sign: (content, make = signWith) => make(tokenAlgorithm(content.key).algorithm, content.key, jwsCompact.signedContent(content)),

  isSignature: (content, signature) =>
    verifyWith(tokenAlgorithm(content.key).algorithm, publicKeyOf(content.key), jwsCompact.signedContent(content), signature),

  encode: (content, signature) => concat(jwsCompact.signedContent(content), utf8(`.${toBase64url(signature)}`)),

  open(bytes) {
    const parts = view(bytes).toString("latin1").split(".", 4);
    const [header, payload, signature] = parts.map(fromBase64url);
    if (parts.length !== 3 || !header || !payload || !signature) {
      throw new TokenError(`expected three parts of base64url without padding, joined by dots, found ${preview(bytes, 16)}`);
    }
    const headers = readObject(header, "JWS header");
    // RFC 7515 section 4.1.11: no extension is understood here, and so none may be critical.
    if (headers.has("crit")) throw new TokenError("expected no critical header parameter, found crit");
    const algorithm: unknown = headers.get("alg");
    const contentType: unknown = headers.get("cty");
    return {
      chain: readChain(headers.get("x5c")),
      algorithmName: `JOSE algorithm ${String(algorithm)}`,
      algorithm: typeof algorithm === "string" ? algorithmNamed(algorithm) : undefined,
      signedContent: bytes.subarray(0, (parts[0]?.length ?? 0) + 1 + (parts[1]?.length ?? 0)),
      signature,
      payload,
      contentType: typeof contentType === "string" ? contentType : undefined,
    };
  },
};

// RFC 7515 section 5.1: the two encoded parts with a dot between.
function signingInput(header: readonly Field[], payload: Bytes): Bytes {
  return utf8(`${toBase64url(utf8(encodeFields(header)))}.${toBase64url(payload)}`);
}

// By hand, since a mutation must be able to write what JSON.stringify will not: a name twice.
function encodeFields(fields: readonly Field[]): string {
  return `{${fields.map(({ label, value }) => `${JSON.stringify(String(label))}:${item(value, label)}`).join()}}`;
}

// Byte values are base64url (docs/iut-protocol.md), but for x5c, which is standard base64 with padding (RFC 7515 section 4.1.6).
function item(value: FieldValue, label: Field["label"]): string {
  if (typeof value === "number" || typeof value === "string") return JSON.stringify(value);
  if (value instanceof Uint8Array) return JSON.stringify(label === "x5c" ? view(value).toString("base64") : toBase64url(value));
  if ("fields" in value) return encodeFields(value.fields);
  return `[${value.map((element) => item(element, label)).join()}]`;
}

function readChain(value: unknown): readonly Bytes[] {
  if (value === undefined) return [];
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.map((certificate) => {
    const bytes = typeof certificate === "string" ? Buffer.from(certificate, "base64") : undefined;
    if (bytes === undefined || bytes.toString("base64") !== certificate) throw new TokenError("expected x5c to hold texts of base64");
    return bytes;
  });
}

function readObject(bytes: Bytes, what: string): Map<unknown, unknown> {
  let value: unknown;
  try {
    value = decodeJson(bytes);
  } catch (error) {
    throw new TokenError(`${what}: ${(error as Error).message}`);
  }
  if (!(value instanceof Map)) throw new TokenError(`expected ${what} as a JSON object, found ${preview(bytes, 16)}`);
  return value;
}
