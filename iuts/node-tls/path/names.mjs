// @ts-check
// Name constraints (RFC 5280 section 4.2.1.10): DNS names, directory names and addresses. A constraint of another form holds for all names of
// that form: what cannot be compared is refused (section 6.1.4 (g) leaves nothing else to who does not process a form).
import { isDeepStrictEqual } from "node:util";
import { Extension } from "./certificate.mjs";
import { context, expectTag, oid, primitive, readAll, readOne, Tag } from "./der.mjs";

/** @typedef {import("./der.mjs").Element} Element */
/** @typedef {import("./certificate.mjs").Certificate} Certificate */
/** @typedef {{ permitted: Element[], excluded: Element[] }} NameConstraints */

const EMAIL = primitive(1);
const DNS = primitive(2);
const DIRECTORY = context(4);
const ADDRESS = primitive(7);
const EMAIL_ATTRIBUTE = "1.2.840.113549.1.9.1";

/**
 * What a CA confines the certificates below it to, or undefined. Throws where the extension cannot be read.
 * @param {Certificate} certificate
 * @returns {NameConstraints | undefined}
 */
export function readNameConstraints({ extensions }) {
  const extension = extensions.get(Extension.nameConstraints);
  if (extension === undefined) return undefined;
  const parts = readAll(readOne(extension.value, Tag.sequence).content);
  /** @param {number} number */
  const subtrees = (number) =>
    readAll(parts.find(({ tag }) => tag === context(number))?.content ?? Buffer.alloc(0)).map((subtree) => {
      const [base, ...limits] = readAll(expectTag(subtree, Tag.sequence).content);
      if (base === undefined || limits.length > 0) throw new Error("a subtree with minimum or maximum");
      return base;
    });
  return { permitted: subtrees(0), excluded: subtrees(1) };
}

/**
 * Why a certificate may not bear its names below this CA, or undefined.
 * @param {Certificate} certificate
 * @param {NameConstraints} constraints
 */
export function nameViolation(certificate, { permitted, excluded }) {
  for (const name of namesOf(certificate)) {
    const sameForm = (/** @type {Element} */ base) => base.tag === name.tag;
    if (excluded.filter(sameForm).some((base) => isWithin(name, base) ?? true)) return "a name that is excluded";
    const bases = permitted.filter(sameForm);
    if (bases.length > 0 && !bases.some((base) => isWithin(name, base) ?? false)) return "a name that is not among those permitted";
  }
  return undefined;
}

/**
 * The subject and its alternative names, as GeneralName. An address of mail in the subject counts as one among the latter.
 * @param {Certificate} certificate
 */
function namesOf({ subject, extensions }) {
  const alternatives = extensions.get(Extension.subjectAltName);
  const names = alternatives === undefined ? [] : readAll(readOne(alternatives.value, Tag.sequence).content);
  const attributes = readAll(subject.content).flatMap(({ content }) => readAll(content));
  const emails = attributes.filter(({ content }) => attributeOf(content).type === EMAIL_ATTRIBUTE);
  return [
    ...names,
    ...(subject.content.length === 0 ? [] : [{ ...subject, tag: DIRECTORY, content: subject.bytes }]),
    ...emails.map((email) => ({ ...email, tag: EMAIL })),
  ];
}

/**
 * Undefined where names of this form cannot be compared.
 * @param {Element} name
 * @param {Element} base of the same form
 */
function isWithin(name, base) {
  if (name.tag === DNS) return isSubdomain(dnsLabels(name.content), dnsLabels(base.content));
  if (name.tag === DIRECTORY) return isSubtree(directoryName(name.content), directoryName(base.content));
  if (name.tag === ADDRESS) return isInNetwork(name.content, base.content);
  return undefined;
}

/** @param {Buffer} content */
const dnsLabels = (content) =>
  content.length === 0 ? [] : content.toString("latin1").toLowerCase().replace(/\.$/, "").split(".").reverse();

/**
 * @param {string[]} name labels, the last one first
 * @param {string[]} base
 */
function isSubdomain(name, base) {
  return base.every((label, at) => name[at] === label);
}

/**
 * The relative names, comparable as RFC 5280 section 7.1 has it: case and white space do not matter, nor does the type of string.
 * @param {Buffer} bytes of a Name
 */
function directoryName(bytes) {
  return readAll(readOne(bytes, Tag.sequence).content).map((relative) =>
    readAll(expectTag(relative, Tag.set).content)
      .map(({ content }) => attributeOf(content))
      .sort((a, b) => (a.type < b.type ? -1 : 1)),
  );
}

/**
 * @param {ReturnType<typeof directoryName>} name
 * @param {ReturnType<typeof directoryName>} base
 */
function isSubtree(name, base) {
  return base.every((relative, at) => isDeepStrictEqual(name[at], relative));
}

const TEXT = new Set([0x0c, 0x13, 0x16]); // UTF8String, PrintableString, IA5String

/** @param {Buffer} content of an AttributeTypeAndValue */
function attributeOf(content) {
  const [type, value] = readAll(content);
  if (value === undefined) throw new Error("an attribute without a value");
  const text = TEXT.has(value.tag) ? value.content.toString("utf8").normalize("NFKC").trim().replace(/\s+/g, " ").toLowerCase() : undefined;
  return { type: oid(expectTag(type, Tag.oid).content), value: text ?? value.bytes.toString("hex") };
}

/**
 * @param {Buffer} address
 * @param {Buffer} network address and mask
 */
function isInNetwork(address, network) {
  if (network.length !== 2 * address.length) return false;
  return address.every((octet, at) => ((octet ^ (network[at] ?? 0)) & (network[address.length + at] ?? 0xff)) === 0);
}
