// @ts-check
// DER (X.690), strictly and no more of it than certificates need. Node reads certificates, but shows neither their critical extensions, nor
// path lengths, name constraints or signature algorithms.

/** @typedef {{ tag: number, content: Buffer, bytes: Buffer }} Element */

export const Tag = Object.freeze({
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  sequence: 0x30,
  set: 0x31,
});

/** The tag [number] of the context, for what has parts. @param {number} number */
export const context = (number) => 0xa0 | number;

/** The tag [number] of the context, for what has none. @param {number} number */
export const primitive = (number) => 0x80 | number;

/**
 * The elements that stand one behind the other. Throws where one is cut short, of indefinite length, or longer written than it need be.
 * @param {Buffer} bytes
 * @returns {Element[]}
 */
export function readAll(bytes) {
  const elements = [];
  for (let rest = bytes; rest.length > 0; ) {
    const element = readFirst(rest);
    elements.push(element);
    rest = rest.subarray(element.bytes.length);
  }
  return elements;
}

/**
 * The one element that the bytes are.
 * @param {Buffer} bytes
 * @param {number} tag
 */
export function readOne(bytes, tag) {
  const [element, ...more] = readAll(bytes);
  if (element === undefined || more.length > 0) throw new Error(`DER: ${more.length + 1} elements where one is expected`);
  return expectTag(element, tag);
}

/**
 * @param {Element | undefined} element
 * @param {number} tag
 */
export function expectTag(element, tag) {
  if (element?.tag !== tag) throw new Error(`DER: tag ${element?.tag}, expected ${tag}`);
  return element;
}

/** @param {Buffer} bytes @returns {Element} */
function readFirst(bytes) {
  const [tag = 0, first = 0x80] = bytes;
  if ((tag & 0x1f) === 0x1f) throw new Error("DER: a tag of several octets");
  const octets = first < 0x80 ? 0 : first & 0x7f;
  if (first === 0x80 || octets > 4 || bytes.length < 2 + octets) throw new Error("DER: no definite length");
  const length = octets === 0 ? first : bytes.readUIntBE(2, octets);
  if (octets > 0 && (length < 0x80 || bytes[2] === 0)) throw new Error("DER: a length that is not minimal");
  const start = 2 + octets;
  if (bytes.length < start + length) throw new Error("DER: cut short");
  return { tag, content: bytes.subarray(start, start + length), bytes: bytes.subarray(0, start + length) };
}

/** @param {Buffer} content of an OBJECT IDENTIFIER */
export function oid(content) {
  const arcs = [];
  let arc = 0n;
  for (const [at, octet] of content.entries()) {
    if (arc === 0n && octet === 0x80) throw new Error("DER: an object identifier that is not minimal");
    arc = (arc << 7n) | BigInt(octet & 0x7f);
    if (octet < 0x80) {
      arcs.push(arc);
      arc = 0n;
    } else if (at === content.length - 1) throw new Error("DER: an object identifier that is cut short");
  }
  const [both, ...others] = arcs;
  if (both === undefined) throw new Error("DER: an empty object identifier");
  const root = both < 80n ? both / 40n : 2n;
  return [root, both - root * 40n, ...others].join(".");
}

/** @param {Buffer} content of a BOOLEAN */
export function boolean(content) {
  if (content.length !== 1 || (content[0] !== 0 && content[0] !== 0xff)) throw new Error("DER: no boolean");
  return content[0] === 0xff;
}

/** @param {Buffer} content of an INTEGER that is no less than zero and small */
export function smallInteger(content) {
  const [first = 0x80, second = 0x80] = content;
  if (content.length === 0 || content.length > 4 || first >= 0x80 || (content.length > 1 && first === 0 && second < 0x80)) {
    throw new Error("DER: no small integer");
  }
  return content.readUIntBE(0, content.length);
}
