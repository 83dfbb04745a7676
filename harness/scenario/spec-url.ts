import type { Requirement } from "./ledger.ts";

/** Where a statement can be read: the section of the document that the ledger was made from, or the file of this project. */
export function specUrl({ section, revision }: Pick<Requirement, "section" | "revision">): string {
  const [own = revision] = revision.split(/,| \(/);
  // A ledger over several documents names the one in the section: "RFC 9711, 4.1".
  const [, named, place] = /^(RFC \d+), (.+)$/.exec(section) ?? [undefined, own, section];
  const [, number] = /^RFC (\d+)$/.exec(named ?? own) ?? [];
  const anchor = /^\d/.test(place ?? "") ? `#section-${place}` : "";
  if (number !== undefined) return `https://www.rfc-editor.org/rfc/rfc${number}${anchor}`;
  return own.startsWith("draft-") ? `https://datatracker.ietf.org/doc/html/${own}${anchor}` : own;
}
