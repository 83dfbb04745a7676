// Makes pki/test-pki.json: the keys and certificates that the harness hands to implementations and uses itself.
// They are kept in the repository so that a case, and later a vector, is the same on every machine. Run: node scripts/make-pki.mjs
// What the file holds already stays as it is, byte for byte: only entities that are new here are made.
import "reflect-metadata";
import { webcrypto } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import * as x509 from "@peculiar/x509";
import { ALWAYS, FUTURE, families, PAST } from "./pki/certificate.mjs";

x509.cryptoProvider.set(webcrypto);

const out = new URL("../pki/test-pki.json", import.meta.url);
const kept = existsSync(out) ? JSON.parse(readFileSync(out, "utf8")) : {};
const entities = {};
let serial = 1;

async function make(name, { subject, family = "p256", issuer, ca = false, validity = ALWAYS, keyOf }) {
  if (kept[name]) {
    entities[name] = { keys: await keysOf(kept[name], families[family].key), subject, family, json: kept[name] };
    serial++;
    return;
  }
  const keys = keyOf ? entities[keyOf].keys : await webcrypto.subtle.generateKey(families[family].key, true, ["sign", "verify"]);
  const signer = issuer ? entities[issuer] : { keys, subject, family };
  const extensions = [new x509.BasicConstraintsExtension(ca, undefined, true)];
  if (ca) {
    extensions.push(new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true));
  } else {
    extensions.push(new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true));
    extensions.push(new x509.ExtendedKeyUsageExtension(["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]));
    extensions.push(new x509.SubjectAlternativeNameExtension([{ type: "dns", value: "localhost" }]));
  }
  extensions.push(await x509.SubjectKeyIdentifierExtension.create(keys.publicKey));
  extensions.push(await x509.AuthorityKeyIdentifierExtension.create(signer.keys.publicKey));
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: (serial++).toString(16).padStart(2, "0"),
    subject,
    issuer: signer.subject,
    ...validity,
    signingAlgorithm: families[signer.family].signing,
    publicKey: keys.publicKey,
    signingKey: signer.keys.privateKey,
    extensions,
  });
  entities[name] = {
    keys,
    subject,
    family,
    json: {
      issuer: issuer ?? name,
      certificate: Buffer.from(certificate.rawData).toString("base64"),
      key: Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey)).toString("base64"),
    },
  };
}

async function keysOf({ certificate, key }, algorithm) {
  const privateKey = await webcrypto.subtle.importKey("pkcs8", Buffer.from(key, "base64"), algorithm, true, ["sign"]);
  const { publicKey } = new x509.X509Certificate(Buffer.from(certificate, "base64"));
  return { privateKey, publicKey: await publicKey.export(algorithm, ["verify"], webcrypto) };
}

for (const family of Object.keys(families)) {
  await make(`handshake-root-${family}`, { subject: `CN=Handshake Root ${family}`, family, ca: true });
  await make(`handshake-${family}`, { subject: "CN=localhost", family, issuer: `handshake-root-${family}` });
}

for (const family of Object.keys(families)) {
  await make(`identity-root-${family}`, { subject: `CN=Identity Root ${family}`, family, ca: true });
  const issuer = `identity-intermediate-${family}`;
  await make(issuer, { subject: `CN=Identity Intermediate ${family}`, family, issuer: `identity-root-${family}`, ca: true });
  await make(`identity-${family}`, { subject: `CN=identity ${family}`, family, issuer });
}
const identityIssuer = "identity-intermediate-p256";
await make("identity-other", { subject: "CN=identity other", issuer: identityIssuer });
await make("identity-expired", { subject: "CN=identity expired", issuer: identityIssuer, validity: PAST });
await make("identity-future", { subject: "CN=identity future", issuer: identityIssuer, validity: FUTURE });
await make("identity-self-signed", { subject: "CN=identity self-signed" });
await make("identity-issued-by-leaf", { subject: "CN=identity issued by leaf", issuer: "identity-other" });
// Its intermediate is never sent: an implementation that keeps intermediates must not know it from another case.
await make("identity-unsent-intermediate", { subject: "CN=Identity Unsent Intermediate", issuer: "identity-root-p256", ca: true });
await make("identity-orphan", { subject: "CN=identity orphan", issuer: "identity-unsent-intermediate" });
// A root of the same name with another key: trust by name alone would accept what it issues.
await make("untrusted-root", { subject: "CN=Identity Root p256", ca: true });
await make("identity-untrusted", { subject: "CN=identity untrusted", issuer: "untrusted-root" });

// COSE algorithms: ES256, ES384, EdDSA, PS256.
for (const family of ["p256", "p384", "ed25519", "rsa-pss-sha256"]) {
  await make(`attestation-root-${family}`, { subject: `CN=Attestation Root ${family}`, family, ca: true });
  const issuer = `attestation-intermediate-${family}`;
  await make(issuer, { subject: `CN=Attestation Intermediate ${family}`, family, issuer: `attestation-root-${family}`, ca: true });
  await make(`attestation-${family}`, { subject: `CN=attestation ${family}`, family, issuer });
}
const attestationIssuer = "attestation-intermediate-p256";
await make("attestation-other", { subject: "CN=attestation other", issuer: attestationIssuer });
await make("attestation-expired", { subject: "CN=attestation expired", issuer: attestationIssuer, validity: PAST });
await make("attestation-unsent-intermediate", { subject: "CN=Attestation Unsent Intermediate", issuer: "attestation-root-p256", ca: true });
await make("attestation-orphan", { subject: "CN=attestation orphan", issuer: "attestation-unsent-intermediate" });
await make("untrusted-attestation-root", { subject: "CN=Attestation Root p256", ca: true });
await make("attestation-untrusted", { subject: "CN=attestation untrusted", issuer: "untrusted-attestation-root" });
await make("attestation-self-signed", { subject: "CN=attestation self-signed" });
// The end-entity key, also certified for attestation: the open point dedicated-key.
await make("attestation-of-identity", { subject: "CN=attestation of identity", issuer: attestationIssuer, keyOf: "identity-p256" });

// Certified by the root itself: its chain is one certificate.
await make("attestation-direct", { subject: "CN=attestation direct", issuer: "attestation-root-p256" });

// Issuers of Attestation Results; JOSE and COSE know the same four algorithms here.
for (const family of ["p256", "p384", "ed25519", "rsa-pss-sha256"]) {
  await make(`result-root-${family}`, { subject: `CN=Result Root ${family}`, family, ca: true });
  const issuer = `result-intermediate-${family}`;
  await make(issuer, { subject: `CN=Result Intermediate ${family}`, family, issuer: `result-root-${family}`, ca: true });
  await make(`result-${family}`, { subject: `CN=result ${family}`, family, issuer });
}
const resultIssuer = "result-intermediate-p256";
await make("result-expired", { subject: "CN=result expired", issuer: resultIssuer, validity: PAST });
await make("untrusted-result-root", { subject: "CN=Result Root p256", ca: true });
await make("result-untrusted", { subject: "CN=result untrusted", issuer: "untrusted-result-root" });
await make("result-self-signed", { subject: "CN=result self-signed" });

const all = Object.fromEntries(Object.entries(entities).map(([name, { json }]) => [name, json]));
writeFileSync(out, `${JSON.stringify(all, null, 2)}\n`);
const made = Object.keys(all).length - Object.keys(kept).length;
console.log(`${Object.keys(all).length} certificates, ${made} of them new`);
