// Makes pki/path-pki.json: chains with one thing in them that path validation must notice, or must not mind, in every family of keys.
// They hang below the roots of pki/test-pki.json (make-pki.mjs). What either file holds keeps its bytes: only entities that are missing are
// made, so a new kind of certificate is added by a line below and a run of: node scripts/make-path-pki.mjs
import { Buffer } from "node:buffer";
import { readFileSync, writeFileSync } from "node:fs";
import { Authority, FUTURE, PAST } from "./pki/certificate.mjs";
import { der, ia5, sequence } from "./pki/der.mjs";

const base = new URL("../pki/test-pki.json", import.meta.url);
const target = new URL("../pki/path-pki.json", import.meta.url);
const read = (url) => {
  try {
    return JSON.parse(readFileSync(url, "utf8"));
  } catch (error) {
    if (error.code === "ENOENT") return {};
    throw error;
  }
};
const made = read(target);
const authority = new Authority(read(base), made);

const kinds = {
  identity: { title: "Identity", families: ["p256", "p384", "ed25519", "rsa-pss-sha256", "rsa-pss-sha384", "rsa-pss-sha512"] },
  attestation: { title: "Attestation", families: ["p256", "p384", "ed25519", "rsa-pss-sha256"] },
};

// An extension of the arc for examples, which nobody can know. Its value is NULL.
const unknown = (critical) => ({ oid: "2.999.1", critical, value: Buffer.from("0500", "hex") });
// RFC 5280 section 4.2.1.10: GeneralSubtrees of one name, permitted or excluded.
const dns = (name) => der(0x82, ia5(name));
const organisation = (name) => der(0xa4, sequence(der(0x31, sequence(Buffer.from("060355040a", "hex"), der(0x0c, Buffer.from(name))))));
const nameConstraints = (tag, name) => ({ oid: "2.5.29.30", critical: true, value: sequence(der(tag, sequence(name))) });
const PERMITTED = 0xa0;
const EXCLUDED = 0xa1;

/** Issuers with one property each, each of a name of its own; `under-NAME` is the end-entity certificate that it issues. */
const issuers = {
  expired: { validity: PAST },
  future: { validity: FUTURE },
  "no-basic-constraints": { basicConstraints: false },
  "not-ca": { caBit: false },
  "no-cert-sign": { keyUsage: ["cRLSign"] },
  "unknown-critical": { extra: [unknown(true)] },
  "version-1": { version1: true },
  altered: { alterSignature: true },
  "permitted-elsewhere": { extra: [nameConstraints(PERMITTED, dns("elsewhere.example"))] },
  "permitted-here": { extra: [nameConstraints(PERMITTED, dns("localhost"))] },
  "excluded-here": { extra: [nameConstraints(EXCLUDED, dns("localhost"))] },
  "permitted-organisation": { extra: [nameConstraints(PERMITTED, organisation("Elsewhere"))] },
};

/** End-entity certificates with one property each, from the ordinary intermediate. */
const leaves = {
  expired: { validity: PAST },
  future: { validity: FUTURE },
  "no-digital-signature": { keyUsage: ["keyAgreement"] },
  "no-key-usage": { keyUsage: [] },
  "unknown-critical": { extra: [unknown(true)] },
  "unknown-extension": { extra: [unknown(false)] },
  "version-1": { version1: true },
};

/** The same, where the text that asks for the property is one about TLS, and not about certificates at large. */
const identityLeaves = {
  "server-only": { purposes: ["1.3.6.1.5.5.7.3.1"] },
  "client-only": { purposes: ["1.3.6.1.5.5.7.3.2"] },
  "code-signing": { purposes: ["1.3.6.1.5.5.7.3.3"] },
  "other-host": { host: "elsewhere.example" },
  "extension-twice": { extra: [unknown(false), unknown(false)] },
  "not-der": { longLength: true },
};

for (const [kind, { title, families }] of Object.entries(kinds)) {
  for (const family of families) {
    const at = (name) => `${kind}-${name}-${family}`;
    const ordinary = { root: at("root"), intermediate: at("intermediate"), keyOf: `${kind}-${family}` };
    const leaf = (name, options) =>
      authority.make(at(name), { subject: `CN=${kind} ${name} ${family}`, family, keyOf: ordinary.keyOf, ...options });
    const issuer = (name, options) =>
      authority.make(at(`issuer-${name}`), {
        subject: `CN=${title} Issuer ${name} ${family}`,
        family,
        ca: true,
        issuer: ordinary.root,
        keyOf: at("issuer-upper"),
        ...options,
      });

    // Three certificates long, and just what its path length constraints allow. The key of all other issuers here is that of the upper one.
    await issuer("upper", { pathLength: 1, keyOf: undefined });
    await issuer("lower", { pathLength: 0, issuer: at("issuer-upper") });
    await leaf("deep", { issuer: at("issuer-lower") });
    // One longer than the first of its issuers allows.
    await issuer("path-length", { pathLength: 0 });
    await issuer("below-path-length", { issuer: at("issuer-path-length") });
    await leaf("under-path-length", { issuer: at("issuer-below-path-length") });

    for (const [name, options] of Object.entries(issuers)) {
      await issuer(name, options);
      await leaf(`under-${name}`, { issuer: at(`issuer-${name}`) });
    }
    // The key of the issuer fits and its name does not.
    await issuer("other-name", {});
    await leaf("under-other-name", { issuer: at("issuer-other-name"), issuerName: `CN=${title} Issuer of no certificate ${family}` });

    for (const [name, options] of Object.entries(leaves)) await leaf(name, { issuer: ordinary.intermediate, ...options });
    await leaf("self-signed", {});
    await leaf("issued-by-leaf", { issuer: ordinary.keyOf });
    // Its intermediate is never sent: an implementation that keeps intermediates must not know it from another case.
    await issuer("unsent", {});
    await leaf("orphan", { issuer: at("issuer-unsent") });
    // The ordinary intermediate as it was before its validity was extended.
    await authority.make(at("outdated-intermediate"), {
      subject: `CN=${title} Intermediate ${family}`,
      family,
      ca: true,
      issuer: ordinary.root,
      keyOf: ordinary.intermediate,
      validity: PAST,
    });
    // A root of the same name with another key: trust by name alone would accept what it issues.
    const untrusted = `untrusted-${kind}-root-${family}`;
    await authority.make(untrusted, { subject: `CN=${title} Root ${family}`, family, ca: true, keyOf: at("issuer-upper") });
    await leaf("untrusted", { issuer: untrusted });

    if (kind !== "identity") continue;
    for (const [name, options] of Object.entries(identityLeaves)) await leaf(name, { issuer: ordinary.intermediate, ...options });
    const expiredRoot = `expired-${kind}-root-${family}`;
    await authority.make(expiredRoot, {
      subject: `CN=Expired Identity Root ${family}`,
      family,
      ca: true,
      keyOf: at("issuer-upper"),
      validity: PAST,
    });
    await leaf("under-expired-root", { issuer: expiredRoot });
    // Its own key is of the family, and the key of its issuer is not.
    const otherFamily = family.startsWith("rsa-") ? "identity-intermediate-p256" : "identity-intermediate-rsa-pss-sha256";
    await leaf("by-other-family", { issuer: otherFamily });
    // MD5 there is with RSA alone; Ed25519 has no SHA-1 either.
    const byRsa = "identity-intermediate-rsa-pss-sha256";
    await leaf("md5", { issuer: family.startsWith("rsa-") ? ordinary.intermediate : byRsa, digest: "md5" });
    await leaf("sha1", { issuer: family === "ed25519" ? byRsa : ordinary.intermediate, digest: "sha1" });
  }
}

writeFileSync(target, `${JSON.stringify(made, null, 2)}\n`);
console.log(`${Object.keys(made).length} certificates, ${authority.count} of them new`);
