// What both files of the test PKI are made with, and how the certificates of pki/path-pki.json are issued: by @peculiar/x509 where they are right, with the bytes edited and signed again where not.
import "reflect-metadata";
import { Buffer } from "node:buffer";
import { constants, createPrivateKey, sign, webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";
import { der, elements, sequence } from "./der.mjs";

x509.cryptoProvider.set(webcrypto);

// A chain is signed throughout with the algorithm of its family: RFC 9261 section 5.2.1 has every entry fit what the request offers, and
// a request may offer one scheme only. Keys of the three RSA families are rsaEncryption; their certificates are signed with RSASSA-PSS.
const rsa = (hash, saltLength) => ({
  key: { name: "RSA-PSS", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash },
  signing: { name: "RSA-PSS", hash, saltLength },
});
export const families = {
  p256: { key: { name: "ECDSA", namedCurve: "P-256" }, signing: { name: "ECDSA", hash: "SHA-256" } },
  p384: { key: { name: "ECDSA", namedCurve: "P-384" }, signing: { name: "ECDSA", hash: "SHA-384" } },
  ed25519: { key: { name: "Ed25519" }, signing: { name: "Ed25519" } },
  "rsa-pss-sha256": rsa("SHA-256", 32),
  "rsa-pss-sha384": rsa("SHA-384", 48),
  "rsa-pss-sha512": rsa("SHA-512", 64),
};
export const ALWAYS = { notBefore: new Date("2020-01-01T00:00:00Z"), notAfter: new Date("2049-12-31T00:00:00Z") };
export const PAST = { notBefore: new Date("2020-01-01T00:00:00Z"), notAfter: new Date("2021-01-01T00:00:00Z") };
export const FUTURE = { notBefore: new Date("2048-01-01T00:00:00Z"), notAfter: new Date("2049-12-31T00:00:00Z") };

/** Makes entities of the test PKI that are not there yet. */
export class Authority {
  count = 0;

  /** `base` is another file of entities, only read; into `made` new ones are put. */
  constructor(base, made) {
    this.base = base;
    this.made = made;
  }

  async make(name, options) {
    if (this.made[name]) return;
    this.made[name] = await this.#issue(name, options);
    this.count++;
  }

  #entity(name) {
    const entity = this.made[name] ?? this.base[name];
    if (entity === undefined) throw new Error(`no entity "${name}" yet`);
    return entity;
  }

  // Keys go through PKCS #8, whether they are new or read.
  #key(name) {
    const entity = this.#entity(name);
    return entity.keyOf ? this.#key(entity.keyOf) : entity.key;
  }

  #subject(name) {
    return new x509.X509Certificate(Buffer.from(this.#entity(name).certificate, "base64")).subject;
  }

  async #issue(name, options) {
    const { subject, family, issuer, keyOf, validity = ALWAYS } = options;
    const key = keyOf ? this.#key(keyOf) : await newKey(family);
    const keys = await pair(key, family);
    // A certificate is signed with the algorithm of the family of its issuer, which the name of the issuer ends with.
    const signer = issuer ?? name;
    const signerFamily = Object.keys(families).find((each) => signer.endsWith(`-${each}`));
    const signerKey = issuer ? this.#key(issuer) : key;
    const signerKeys = issuer ? await pair(signerKey, signerFamily) : keys;
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: (0x1000 + Object.keys(this.made).length).toString(16),
      subject,
      issuer: options.issuerName ?? (issuer ? this.#subject(issuer) : subject),
      ...validity,
      signingAlgorithm: families[signerFamily].signing,
      publicKey: keys.publicKey,
      signingKey: signerKeys.privateKey,
      extensions: await extensionsOf(options, keys, signerKeys),
    });
    const bytes = edit(Buffer.from(certificate.rawData), options, signerKey);
    return { issuer: signer, certificate: bytes.toString("base64"), ...(keyOf ? { keyOf } : { key }) };
  }
}

async function extensionsOf(options, keys, signerKeys) {
  const { ca = false, caBit = ca, pathLength, host = "localhost", basicConstraints = true, extra = [] } = options;
  const { keyUsage = ca ? ["keyCertSign", "cRLSign"] : ["digitalSignature"] } = options;
  const { purposes = ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"] } = options;
  const list = [];
  if (basicConstraints) list.push(new x509.BasicConstraintsExtension(caBit, pathLength, true));
  const flags = keyUsage.reduce((bits, bit) => bits | x509.KeyUsageFlags[bit], 0);
  if (flags) list.push(new x509.KeyUsagesExtension(flags, true));
  if (!ca) {
    list.push(new x509.ExtendedKeyUsageExtension(purposes));
    list.push(new x509.SubjectAlternativeNameExtension([{ type: "dns", value: host }]));
  }
  list.push(await x509.SubjectKeyIdentifierExtension.create(keys.publicKey));
  list.push(await x509.AuthorityKeyIdentifierExtension.create(signerKeys.publicKey));
  for (const { oid, critical, value } of extra) list.push(new x509.Extension(oid, critical, value));
  return list;
}

// RFC 3279 section 2.2: the algorithms that nobody should use.
const weak = {
  "rsa-md5": "300d06092a864886f70d0101040500",
  "rsa-sha1": "300d06092a864886f70d0101050500",
  "ec-sha1": "300906072a8648ce3d0401",
};

/** The certificate with what `options` wants to be wrong in it, signed again where that lies under the signature. */
function edit(certificate, options, signerKey) {
  const [{ content }] = elements(certificate);
  let [tbs, algorithm, signature] = elements(content).map(({ whole }) => whole);
  const key = createPrivateKey({ key: Buffer.from(signerKey, "base64"), format: "der", type: "pkcs8" });
  if (options.version1) {
    // RFC 5280 section 4.1: version 1 has neither a version nor extensions, which are the elements with the tags [0] and [3].
    const fields = elements(elements(tbs)[0].content).filter(({ tag }) => tag !== 0xa0 && tag !== 0xa3);
    tbs = sequence(...fields.map(({ whole }) => whole));
    signature = bitString(signed(tbs, key, algorithm));
  }
  if (options.digest) {
    algorithm = Buffer.from(weak[`${key.asymmetricKeyType}-${options.digest}`], "hex");
    const fields = elements(elements(tbs)[0].content).map(({ whole }) => whole);
    fields[2] = algorithm;
    tbs = sequence(...fields);
    signature = bitString(sign(options.digest, tbs, key));
  }
  if (options.alterSignature) {
    signature = Buffer.from(signature);
    signature[signature.length - 1] ^= 1;
  }
  const whole = sequence(tbs, algorithm, signature);
  if (!options.longLength) return whole;
  // A length in one byte more than it needs: BER allows that, DER does not. The signature does not cover it.
  const body = elements(whole)[0].content;
  return Buffer.concat([Buffer.from([0x30, 0x83, 0, body.length >> 8, body.length & 0xff]), body]);
}

function signed(tbs, key, algorithm) {
  if (key.asymmetricKeyType === "ed25519") return sign(null, tbs, key);
  if (key.asymmetricKeyType === "ec") return sign(key.asymmetricKeyDetails.namedCurve === "prime256v1" ? "sha256" : "sha384", tbs, key);
  // The parameters of RSASSA-PSS name the hash: its OID ends in 1, 2 or 3 (RFC 4055 section 2.1).
  const hash = ["sha256", "sha384", "sha512"].find((_, index) => algorithm.includes(Buffer.from(`60864801650304020${index + 1}`, "hex")));
  return sign(hash, tbs, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST });
}

const bitString = (bytes) => der(0x03, Buffer.from([0]), bytes);

async function newKey(family) {
  const { privateKey } = await webcrypto.subtle.generateKey(families[family].key, true, ["sign", "verify"]);
  return Buffer.from(await webcrypto.subtle.exportKey("pkcs8", privateKey)).toString("base64");
}

async function pair(pkcs8, family) {
  const algorithm = families[family].key;
  const privateKey = await webcrypto.subtle.importKey("pkcs8", Buffer.from(pkcs8, "base64"), algorithm, true, ["sign"]);
  const { kty, crv, x, y, n, e } = await webcrypto.subtle.exportKey("jwk", privateKey);
  const publicKey = await webcrypto.subtle.importKey("jwk", { kty, crv, x, y, n, e }, algorithm, true, ["verify"]);
  return { privateKey, publicKey };
}
