// As much DER (X.690) as the test PKI needs where a library refuses to write what is wrong.
import { Buffer } from "node:buffer";

/** One element: tag, length, and the parts one behind the other. */
export function der(tag, ...parts) {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag]), length(content.length), content]);
}

export const sequence = (...parts) => der(0x30, ...parts);

export const ia5 = (text) => Buffer.from(text, "latin1");

function length(count) {
  if (count < 0x80) return Buffer.from([count]);
  const bytes = Buffer.from(count.toString(16).padStart(count > 0xff ? 4 : 2, "0"), "hex");
  return Buffer.concat([Buffer.from([0x80 | bytes.length]), bytes]);
}

/** The elements that stand one behind the other in `bytes`: all bytes of each, and its content. */
export function elements(bytes) {
  const found = [];
  for (let at = 0; at < bytes.length; ) {
    let head = at + 2;
    let count = bytes[at + 1];
    if (count >= 0x80) {
      const size = count & 0x7f;
      count = bytes.readUIntBE(head, size);
      head += size;
    }
    found.push({ tag: bytes[at], whole: bytes.subarray(at, head + count), content: bytes.subarray(head, head + count) });
    at = head + count;
  }
  return found;
}
