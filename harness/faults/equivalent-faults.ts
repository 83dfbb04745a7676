/** Faults of a relying party that nothing from outside can show, and why: the second guard, or what makes the case impossible. */
export const equivalentFaults: Readonly<Record<string, string>> = {
  "relying-party/path/end-entity-version-left-out":
    "RFC 8446 section 4.4.2.2 says what a sender's certificate is; nothing obliges a receiver to look (a probe records it)",
  "relying-party/path/end-entity-key-usage-left-out":
    "RFC 8446 section 4.4.2.2 says what a sender's certificate allows; nothing obliges a receiver to look (a probe records it)",
};
