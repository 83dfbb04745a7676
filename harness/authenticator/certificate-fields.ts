import { type Bytes, toHex } from "../wire/bytes.ts";
import { Reader } from "../wire/reader.ts";
import { type DerElement, derElement, derElements } from "./der.ts";
import { type DistinguishedName, distinguishedName } from "./distinguished-name.ts";
import { type GeneralName, generalName } from "./general-name.ts";

/** What node:crypto does not tell of a certificate, and path validation needs (RFC 5280 section 4.1). */
export interface CertificateFields {
  /** 1, 2 or 3. */
  readonly version: number;
  readonly issuer: DistinguishedName;
  readonly subject: DistinguishedName;
  /** SubjectPublicKeyInfo as it stands in the certificate: never re-encoded. */
  readonly spki: Bytes;
  /** The content of its BIT STRING `subjectPublicKey`, without the count of unused bits. */
  readonly subjectPublicKey: Bytes;
  /** The hash of the signature, where it is one that RFC 8446 section 4.4.2.4 has refused. */
  readonly weakHash: "MD2" | "MD5" | "SHA-1" | undefined;
  readonly basicConstraints: { readonly ca: boolean; readonly pathLength: number | undefined } | undefined;
  /** undefined: no such extension, so that the key may do anything. */
  readonly keyUsage: { readonly digitalSignature: boolean; readonly keyCertSign: boolean } | undefined;
  readonly alternativeNames: readonly GeneralName[];
  readonly nameConstraints: { readonly permitted: readonly GeneralName[]; readonly excluded: readonly GeneralName[] } | undefined;
  /** Critical extensions that path validation does not know, as hexadecimal of their OIDs. */
  readonly unknownCritical: readonly string[];
}

// Below id-ce, 2.5.29 (RFC 5280 section 4.2.1).
const KEY_USAGE = "551d0f";
const SUBJECT_ALT_NAME = "551d11";
const BASIC_CONSTRAINTS = "551d13";
const NAME_CONSTRAINTS = "551d1e";
/**
 * Extensions that are known and restrict no path here: subjectKeyIdentifier, issuerAltName, cRLDistributionPoints, certificatePolicies,
 * policyMappings, authorityKeyIdentifier, policyConstraints, extKeyUsage, inhibitAnyPolicy. No policy is asked for, and revocation is not
 * looked at.
 */
const KNOWN = ["551d0e", "551d12", "551d1f", "551d20", "551d21", "551d23", "551d24", "551d25", "551d36"];
const PROCESSED = new Set([...KNOWN, KEY_USAGE, SUBJECT_ALT_NAME, BASIC_CONSTRAINTS, NAME_CONSTRAINTS]);

/** The fields of a certificate that OpenSSL has parsed before. Throws DecodeError where an extension does not follow its structure. */
export function certificateFields(certificate: Bytes): CertificateFields {
  const [tbs, algorithm] = derElements(derElement(new Reader(certificate, "certificate")).content);
  if (tbs === undefined || algorithm === undefined) throw new Error("a certificate without signatureAlgorithm");
  // TBSCertificate ::= [0] version?, serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo, [1]?, [2]?, [3] extensions?
  const fields = derElements(tbs.content);
  const version = fields[0]?.tag === 0xa0 ? derElement((fields.shift() as DerElement).content).content.uint(1, "version") + 1 : 1;
  const [, , issuer, , subject, spki, ...optional] = fields;
  if (issuer === undefined || subject === undefined || spki === undefined) throw new Error("a certificate without subjectPublicKeyInfo");
  const [, subjectPublicKey] = derElements(spki.content);
  const extensions = optional.find(({ tag }) => tag === 0xa3);
  return {
    version,
    issuer: distinguishedName(issuer),
    subject: distinguishedName(subject),
    spki: spki.whole,
    subjectPublicKey: (subjectPublicKey?.content.rest() ?? new Uint8Array(0)).subarray(1),
    weakHash: weakHash(algorithm),
    ...extensionFields(extensions ? derElements(derElement(extensions.content).content) : []),
  };
}

type ExtensionFields = Pick<
  CertificateFields,
  "basicConstraints" | "keyUsage" | "alternativeNames" | "nameConstraints" | "unknownCritical"
>;

function extensionFields(extensions: readonly DerElement[]): ExtensionFields {
  const values = new Map<string, Reader>();
  const unknownCritical: string[] = [];
  for (const extension of extensions) {
    const parts = derElements(extension.content);
    const oid = toHex(parts[0]?.content.rest() ?? new Uint8Array(0));
    const critical = parts.length === 3 && parts[1]?.content.uint(1, "critical") !== 0;
    if (critical && !PROCESSED.has(oid)) unknownCritical.push(oid);
    const value = parts.at(-1)?.content.rest();
    // Of an extension that stands there twice (section 4.2 forbids it to issuers), the first counts.
    if (value && PROCESSED.has(oid) && !values.has(oid)) values.set(oid, new Reader(value, `certificate.extensions.${oid}`));
  }
  const read = <T>(oid: string, decode: (value: DerElement) => T): T | undefined => {
    const value = values.get(oid);
    return value && decode(derElement(value));
  };
  return {
    basicConstraints: read(BASIC_CONSTRAINTS, basicConstraints),
    keyUsage: read(KEY_USAGE, keyUsage),
    alternativeNames: read(SUBJECT_ALT_NAME, ({ content }) => derElements(content).map(generalName)) ?? [],
    nameConstraints: read(NAME_CONSTRAINTS, nameConstraints),
    unknownCritical,
  };
}

function basicConstraints({ content }: DerElement): CertificateFields["basicConstraints"] {
  const parts = derElements(content);
  const ca = parts.find(({ tag }) => tag === 0x01)?.content.uint(1, "cA") ?? 0;
  const length = parts.find(({ tag }) => tag === 0x02)?.content;
  return { ca: ca !== 0, pathLength: length?.uint(length.remaining, "pathLenConstraint") };
}

function keyUsage({ content }: DerElement): CertificateFields["keyUsage"] {
  // The count of unused bits, then the bits, the first one the highest.
  const bits = content.rest()[1] ?? 0;
  return { digitalSignature: (bits & 0x80) !== 0, keyCertSign: (bits & 0x04) !== 0 };
}

function nameConstraints({ content }: DerElement): CertificateFields["nameConstraints"] {
  const subtrees = derElements(content);
  const bases = (tag: number) =>
    subtrees
      .filter((each) => each.tag === tag)
      .flatMap((each) => derElements(each.content))
      .map((subtree) => generalName(derElement(subtree.content)));
  return { permitted: bases(0xa0), excluded: bases(0xa1) };
}

// RFC 3279 section 2.2 and RFC 4055 section 3.1: RSA with MD2, MD5 and SHA-1; DSA and ECDSA with SHA-1; RSASSA-PSS, whose parameters name
// the hash.
const WEAK: Record<string, CertificateFields["weakHash"]> = {
  "2a864886f70d010102": "MD2",
  "2a864886f70d010104": "MD5",
  "2a864886f70d010105": "SHA-1",
  "2a8648ce380403": "SHA-1",
  "2a8648ce3d0401": "SHA-1",
};
const RSASSA_PSS = "2a864886f70d01010a";

function weakHash({ content }: DerElement): CertificateFields["weakHash"] {
  const [algorithm, parameters] = derElements(content);
  const oid = toHex(algorithm?.content.rest() ?? new Uint8Array(0));
  if (oid !== RSASSA_PSS) return WEAK[oid];
  // The default of its hashAlgorithm, [0], is SHA-1; else it says what it is, and no one says SHA-1 there but by its OID.
  const hash = parameters && derElements(parameters.content).find(({ tag }) => tag === 0xa0);
  return hash === undefined || toHex(hash.whole).includes("06052b0e03021a") ? "SHA-1" : undefined;
}
