// Makes pki/test-pki.json: the keys and certificates that the harness hands to implementations and uses itself.
// They are kept in the repository so that a case, and later a vector, is the same on every machine. Run: node scripts/make-pki.mjs
import "reflect-metadata";
import { webcrypto } from "node:crypto";
import { writeFileSync } from "node:fs";
import * as x509 from "@peculiar/x509";

x509.cryptoProvider.set(webcrypto);

const algorithms = {
  p256: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
  p384: { name: "ECDSA", namedCurve: "P-384", hash: "SHA-384" },
  ed25519: { name: "Ed25519" },
  rsa: { name: "RSASSA-PKCS1-v1_5", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" },
};
const ALWAYS = { notBefore: new Date("2020-01-01T00:00:00Z"), notAfter: new Date("2049-12-31T00:00:00Z") };
const PAST = { notBefore: new Date("2020-01-01T00:00:00Z"), notAfter: new Date("2021-01-01T00:00:00Z") };
const FUTURE = { notBefore: new Date("2048-01-01T00:00:00Z"), notAfter: new Date("2049-12-31T00:00:00Z") };

const entities = {};
let serial = 1;

async function make(name, { subject, key = "p256", issuer, ca = false, validity = ALWAYS, names = ["localhost"], keyOf }) {
  const algorithm = algorithms[key];
  const keys = keyOf ? entities[keyOf].keys : await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const signer = issuer ? entities[issuer] : { keys, subject, algorithm };
  const extensions = [new x509.BasicConstraintsExtension(ca, undefined, true)];
  if (ca) {
    extensions.push(new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true));
  } else {
    extensions.push(new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true));
    extensions.push(new x509.ExtendedKeyUsageExtension(["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]));
    extensions.push(new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: "dns", value }))));
  }
  extensions.push(await x509.SubjectKeyIdentifierExtension.create(keys.publicKey));
  extensions.push(await x509.AuthorityKeyIdentifierExtension.create(signer.keys.publicKey));
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: (serial++).toString(16).padStart(2, "0"),
    subject,
    issuer: signer.subject,
    ...validity,
    signingAlgorithm: signer.algorithm,
    publicKey: keys.publicKey,
    signingKey: signer.keys.privateKey,
    extensions,
  });
  entities[name] = {
    keys,
    subject,
    algorithm,
    json: {
      issuer: issuer ?? name,
      certificate: Buffer.from(certificate.rawData).toString("base64"),
      key: Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey)).toString("base64"),
    },
  };
}

await make("handshake-root", { subject: "CN=Handshake Root", ca: true });
await make("handshake", { subject: "CN=localhost", issuer: "handshake-root" });

await make("identity-root", { subject: "CN=Identity Root", ca: true });
await make("identity-intermediate", { subject: "CN=Identity Intermediate", issuer: "identity-root", ca: true });
for (const key of Object.keys(algorithms)) {
  await make(`identity-${key}`, { subject: `CN=identity ${key}`, key, issuer: "identity-intermediate" });
}
await make("identity-other", { subject: "CN=identity other", issuer: "identity-intermediate" });
await make("identity-expired", { subject: "CN=identity expired", issuer: "identity-intermediate", validity: PAST });
await make("identity-future", { subject: "CN=identity future", issuer: "identity-intermediate", validity: FUTURE });
await make("identity-self-signed", { subject: "CN=identity self-signed" });
await make("identity-issued-by-leaf", { subject: "CN=identity issued by leaf", issuer: "identity-other" });
// A root of the same name with another key: trust by name alone would accept what it issues.
await make("untrusted-root", { subject: "CN=Identity Root", ca: true });
await make("identity-untrusted", { subject: "CN=identity untrusted", issuer: "untrusted-root" });

await make("attestation-root", { subject: "CN=Attestation Root", ca: true });
await make("attestation-intermediate", { subject: "CN=Attestation Intermediate", issuer: "attestation-root", ca: true });
for (const key of Object.keys(algorithms)) {
  await make(`attestation-${key}`, { subject: `CN=attestation ${key}`, key, issuer: "attestation-intermediate" });
}
await make("attestation-other", { subject: "CN=attestation other", issuer: "attestation-intermediate" });
await make("attestation-expired", { subject: "CN=attestation expired", issuer: "attestation-intermediate", validity: PAST });
await make("untrusted-attestation-root", { subject: "CN=Attestation Root", ca: true });
await make("attestation-untrusted", { subject: "CN=attestation untrusted", issuer: "untrusted-attestation-root" });
await make("attestation-self-signed", { subject: "CN=attestation self-signed" });
// The end-entity key, also certified for attestation: the open point dedicated-key.
await make("attestation-of-identity", {
  subject: "CN=attestation of identity",
  issuer: "attestation-intermediate",
  keyOf: "identity-p256",
});

const out = Object.fromEntries(Object.entries(entities).map(([name, { json }]) => [name, json]));
writeFileSync(new URL("../pki/test-pki.json", import.meta.url), `${JSON.stringify(out, null, 2)}\n`);
console.log(`${Object.keys(out).length} certificates`);
