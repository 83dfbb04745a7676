import { expect, it } from "vitest";
import { loadLedger } from "./ledger.ts";
import { specUrl } from "./spec-url.ts";

const ledger = loadLedger();
const urlOf = (id: string) => {
  const requirement = ledger.get(id);
  return requirement && specUrl(requirement);
};

it.each([
  ["rfc9261-signature-input", "https://www.rfc-editor.org/rfc/rfc9261#section-5.2.2"],
  ["rfc8446-pss-salt", "https://www.rfc-editor.org/rfc/rfc8446#section-4.2.3"],
  ["eat-cose-sign1", "https://www.rfc-editor.org/rfc/rfc9052#section-4.2"],
  ["iut-claims", "docs/iut-protocol.md"],
])("%s can be read at %s", (id, url) => {
  expect(urlOf(id)).toBe(url);
});

it("a statement of a draft can be read at its revision", () => {
  expect(urlOf("expat-binding-value")).toMatch(/^https:\/\/datatracker\.ietf\.org\/doc\/html\/draft-fossati-seat-expat-\d\d#section-5\.1$/);
  expect(urlOf("cmw-record-structure")).toMatch(
    /^https:\/\/datatracker\.ietf\.org\/doc\/html\/draft-ietf-rats-msg-wrap-\d\d#section-3\.1$/,
  );
});

it("every statement has a place", () => {
  for (const requirement of ledger.values()) expect(specUrl(requirement)).toMatch(/^(https:\/\/[^ ]+|docs\/[a-z-]+\.md)$/);
});
