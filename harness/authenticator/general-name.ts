import { type Bytes, toHex } from "../wire/bytes.ts";
import { type DerElement, derElement } from "./der.ts";
import { type DistinguishedName, distinguishedName, withinName } from "./distinguished-name.ts";

/** A name of a certificate, or the base of a subtree that constrains names (RFC 5280 sections 4.2.1.6 and 4.2.1.10). */
export type GeneralName =
  | { readonly kind: "dns"; readonly text: string }
  | { readonly kind: "directory"; readonly name: DistinguishedName }
  | { readonly kind: "address"; readonly bytes: Bytes }
  /** `form` is its tag: a form of name that is not compared here. */
  | { readonly kind: "other"; readonly form: number; readonly bytes: Bytes };

/** Reads a GeneralName. Throws DecodeError. */
export function generalName(element: DerElement): GeneralName {
  const { tag, content } = element;
  switch (tag) {
    case 0x82:
      return { kind: "dns", text: new TextDecoder().decode(content.rest()).toLowerCase() };
    case 0xa4:
      return { kind: "directory", name: distinguishedName(derElement(content)) };
    case 0x87:
      return { kind: "address", bytes: content.rest() };
    default:
      return { kind: "other", form: tag, bytes: content.rest() };
  }
}

/** True where a constraint is one on names of this form. */
export function sameForm(name: GeneralName, base: GeneralName): boolean {
  if (name.kind === "other" && base.kind === "other") return name.form === base.form;
  // An address has 4 or 16 bytes, its constraint the mask as well: those of IPv4 say nothing of IPv6.
  if (name.kind === "address" && base.kind === "address") return base.bytes.length === 2 * name.bytes.length;
  return name.kind === base.kind;
}

/** Whether a name stands in a subtree of its form (RFC 5280 section 4.2.1.10); undefined for forms that are not compared here. */
export function withinSubtree(name: GeneralName, base: GeneralName): boolean | undefined {
  if (name.kind === "dns" && base.kind === "dns") {
    // A leading period is no form of the RFC's for DNS names; where it is used it means subdomains alone.
    if (base.text === "" || base.text.startsWith(".")) return name.text.endsWith(base.text);
    return name.text === base.text || name.text.endsWith(`.${base.text}`);
  }
  if (name.kind === "directory" && base.kind === "directory") return withinName(name.name, base.name);
  if (name.kind === "address" && base.kind === "address") {
    const { length } = name.bytes;
    return name.bytes.every((byte, index) => {
      const mask = base.bytes[length + index] ?? 0;
      return (byte & mask) === ((base.bytes[index] ?? 0) & mask);
    });
  }
  return undefined;
}

/** A name in words. */
export function describeName(name: GeneralName): string {
  switch (name.kind) {
    case "dns":
      return `DNS name "${name.text}"`;
    case "directory":
      return `name "${name.name.map((relative) => relative.replace(/(^|\+)[0-9a-f]+=/g, "$1")).join(", ")}"`;
    case "address":
      return `address ${toHex(name.bytes)}`;
    case "other":
      return `name of the form [${name.form & 0x1f}]`;
  }
}
