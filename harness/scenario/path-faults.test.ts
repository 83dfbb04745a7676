import { describe, expect, it } from "vitest";
import { pathRules } from "../authenticator/path-rules.ts";
import { faults } from "../faults/catalogue.ts";
import { tryFault } from "../faults/trial.ts";
import { loadLibrary } from "./load.ts";

/** The cases that fail for a relying party that leaves out one rule of path validation: these, and no others. */
const caught: Record<string, readonly string[]> = {
  signature: [
    "expat/3.3-pkix/evidence-names-the-root",
    "expat/3.3-pkix/untrusted-under-optional",
    "rfc5280/6.1-attestation/certificate-altered",
    "rfc5280/6.1-attestation/issuer-altered",
    "rfc5280/6.1-path/issuer-altered",
    "rfc9261/5.2.1-path/certificate-altered",
    "rfc9261/5.2.1-path/untrusted-root",
    "rfc9261/5.2.1-path/untrusted-root-sent-along",
  ],
  "signature-hash": ["rfc8446/4.4.2-certificate/md5", "rfc8446/4.4.2-certificate/sha1"],
  validity: [
    "expat/3.3-pkix/issuer-expired",
    "rfc5280/6.1-attestation/issuer-expired",
    "rfc5280/6.1-attestation/not-yet-valid",
    "rfc5280/6.1-path/issuer-expired",
    "rfc5280/6.1-path/issuer-not-yet-valid",
    "rfc9261/5.2.1-path/expired",
    "rfc9261/5.2.1-path/not-yet-valid",
  ],
  ca: [
    "rfc5280/6.1-attestation/issuer-version-1",
    "rfc5280/6.1-attestation/issuer-without-basic-constraints",
    "rfc5280/6.1-path/issuer-not-ca",
    "rfc5280/6.1-path/issuer-version-1",
    "rfc5280/6.1-path/issuer-without-basic-constraints",
  ],
  "path-length": ["rfc5280/6.1-attestation/path-length-exceeded", "rfc5280/6.1-path/path-length-exceeded"],
  "key-cert-sign": ["rfc5280/6.1-attestation/issuer-without-cert-sign", "rfc5280/6.1-path/issuer-without-cert-sign"],
  "critical-extension": [
    "rfc5280/6.1-attestation/unknown-critical-extension",
    "rfc5280/6.1-path/issuer-with-unknown-critical-extension",
    "rfc5280/6.1-path/unknown-critical-extension",
  ],
  "name-constraints": [
    "expat/3.3-pkix/name-not-permitted",
    "rfc5280/6.1-attestation/name-not-permitted",
    "rfc5280/6.1-path/directory-name-not-permitted",
    "rfc5280/6.1-path/name-excluded",
    "rfc5280/6.1-path/name-not-permitted",
  ],
  // Probes alone: both are for the sender to keep (RFC 8446 section 4.4.2.2), and nothing obliges the receiver to look.
  "end-entity-version": [],
  "end-entity-key-usage": [],
};

describe("a relying party that leaves out a rule of path validation", () => {
  const library = loadLibrary();
  const about = /^(rfc5280\/6\.1-|rfc8446\/4\.4\.2-certificate|expat\/3\.3-pkix|rfc9261\/5\.2\.1-path)/;

  it.each(pathRules.map(({ name }) => name))("%s is found out", async (name) => {
    const fault = faults.find(({ id }) => id === `relying-party/path/${name}-left-out`);
    if (fault === undefined) throw new Error(`no fault of the rule ${name}`);
    const { failed, errors } = await tryFault(fault, { library, selects: (id) => about.test(id) });
    expect([...failed].sort()).toEqual(caught[name]);
    expect(errors).toEqual([]);
  });
});
