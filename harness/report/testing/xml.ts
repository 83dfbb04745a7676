/** A small reader of XML for tests, which refuses what is not well-formed; those at hand let too much pass. */

export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

const TEXT = /^(?:[^<&]|&(?:lt|gt|amp|quot|apos|#\d+|#x[0-9a-fA-F]+);)*$/;
const FORBIDDEN = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;
const TAG = /^<(\/?)([A-Za-z][\w.-]*)((?:\s+[A-Za-z][\w.-]*="[^"<]*")*)\s*(\/?)>$/;

/** Reads a document without comments and namespaces. Throws Error where it is not well-formed. */
export function readXml(xml: string): Element {
  if (FORBIDDEN.test(xml)) throw new Error("a character that XML 1.0 forbids");
  const document: Element = { name: "", attributes: {}, children: [], text: "" };
  const open = [document];
  for (const [token] of xml.replace(/^<\?xml [^>]*\?>/, "").matchAll(/<(?:"[^"]*"|[^">])*>|[^<]+|</g)) {
    const parent = open.at(-1) as Element;
    if (!token.startsWith("<")) {
      parent.text += textOf(token);
      continue;
    }
    const [, closing, name = "", attributes = "", empty] = TAG.exec(token) ?? fail(token);
    if (closing) {
      if (parent.name !== name || attributes !== "") fail(token);
      open.pop();
      continue;
    }
    const pairs = [...attributes.matchAll(/([\w.-]+)="([^"]*)"/g)].map(([, key = "", value = ""]) => [key, textOf(value)] as const);
    if (new Set(pairs.map(([key]) => key)).size !== pairs.length) fail(token);
    const element: Element = { name, attributes: Object.fromEntries(pairs), children: [], text: "" };
    parent.children.push(element);
    if (!empty) open.push(element);
  }
  const [root] = document.children;
  if (!root || open.length > 1 || document.children.length > 1 || document.text.trim() !== "") return fail("the end");
  return root;
}

function textOf(raw: string): string {
  if (!TEXT.test(raw)) fail(raw);
  const named: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };
  return raw.replace(/&(#x?)?(\w+);/g, (_, numeric: string | undefined, name: string) =>
    numeric === undefined ? (named[name] ?? "") : String.fromCodePoint(Number.parseInt(name, numeric === "#" ? 10 : 16)),
  );
}

function fail(token: string): never {
  throw new Error(`not well-formed XML at ${token.slice(0, 80)}`);
}
