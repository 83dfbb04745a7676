import { toHex } from "../wire/bytes.ts";
import { type DerElement, derElements } from "./der.ts";

/** A distinguished name, made comparable: one text for each relative name, in their order. */
export type DistinguishedName = readonly string[];

// UTF8String, PrintableString, TeletexString, IA5String, BMPString.
const textDecoders: Record<number, { decode(bytes: Uint8Array): string }> = {
  12: new TextDecoder(),
  19: new TextDecoder(),
  20: new TextDecoder("latin1"),
  22: new TextDecoder(),
  30: new TextDecoder("utf-16be"),
};

/**
 * Reads a Name (RFC 5280 section 4.1.2.4). Case, insignificant spaces and the kind of string do not count (section 7.1). Throws
 * DecodeError.
 */
export function distinguishedName({ content }: DerElement): DistinguishedName {
  return derElements(content).map((relative) => {
    const attributes = derElements(relative.content).map((attribute) => {
      const [type, value] = derElements(attribute.content);
      if (type === undefined || value === undefined) throw attribute.content.error("attribute", "a type and a value", "less");
      const text = textDecoders[value.tag]?.decode(value.content.bytes);
      const comparable = text?.normalize("NFKC").toLowerCase().trim().replace(/\s+/g, " ") ?? `#${toHex(value.whole)}`;
      return `${toHex(type.content.bytes)}=${comparable}`;
    });
    return attributes.sort().join("+");
  });
}

/** True where two names match (RFC 5280 section 7.1). */
export function sameName(one: DistinguishedName, other: DistinguishedName): boolean {
  return one.length === other.length && withinName(one, other);
}

/** True where `name` stands below `subtree`, or is it (RFC 5280 section 7.1). */
export function withinName(name: DistinguishedName, subtree: DistinguishedName): boolean {
  return subtree.every((relative, index) => name[index] === relative);
}
