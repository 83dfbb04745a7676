import type { ParsedCertificate } from "./certificate.ts";
import { sameName } from "./distinguished-name.ts";
import { describeName, type GeneralName, sameForm, withinSubtree } from "./general-name.ts";

/** What the end-entity certificate of a path is for. The texts ask more of the one that authenticates an end of TLS. */
export type PathPurpose = "tls" | "attestation" | "result";

/** A candidate: the end-entity certificate first, each issuer after what it issued, and the anchor that issued the last one. */
export interface CertificationPath {
  readonly certificates: readonly [ParsedCertificate, ...ParsedCertificate[]];
  /** undefined: the end-entity certificate is an anchor itself. */
  readonly anchor: ParsedCertificate | undefined;
  readonly at: Date;
}

/** One thing that path validation demands. */
export interface PathRule {
  readonly name: string;
  /** The text that demands it. */
  readonly section: string;
  /** Default: of a path of any purpose. */
  readonly purpose?: PathPurpose;
  /** What is wrong, as a sentence for people; undefined where nothing is. */
  problem(path: CertificationPath): string | undefined;
}

/**
 * Path validation as far as the suite decides on it. Names chain by construction (section 6.1.3 (a)(4)): see path.ts. Left out: revocation
 * and policies, which need what the control protocol does not give, and the extended key usage, since no text says which purpose an exported
 * authenticator is. Of an anchor nothing counts but its name and its key (RFC 5280 section 6.1.1 (d)).
 */
export const pathRules: readonly PathRule[] = [
  {
    name: "signature",
    section: "RFC 5280 section 6.1.3 (a)(1)",
    problem: ({ certificates, anchor }) =>
      first(certificates, (certificate, index) => {
        const issuer = certificates[index + 1] ?? anchor;
        if (issuer === undefined || signedBy(certificate, issuer)) return undefined;
        return `the signature of "${nameOf(issuer)}" on "${nameOf(certificate)}" does not verify`;
      }),
  },
  {
    name: "signature-hash",
    section: "RFC 8446 section 4.4.2.4",
    purpose: "tls",
    problem: ({ certificates, anchor }) =>
      first(anchor ? certificates : [], (certificate) =>
        certificate.weakHash ? `"${nameOf(certificate)}" is signed with ${certificate.weakHash}` : undefined,
      ),
  },
  {
    name: "validity",
    section: "RFC 5280 section 6.1.3 (a)(2)",
    problem: ({ certificates, at }) => first(certificates, (certificate) => outsideValidity(certificate, at)),
  },
  {
    name: "ca",
    section: "RFC 5280 section 6.1.4 (k)",
    problem: ({ certificates }) =>
      first(certificates.slice(1), (issuer, index) => {
        const { version, basicConstraints } = issuer;
        if (version === 3 && basicConstraints?.ca) return undefined;
        const why = version === 3 ? "is no CA" : `is of version ${version}, which cannot say that it is a CA`;
        return `"${nameOf(issuer)}" issued "${nameOf(certificates[index] ?? issuer)}" and ${why}`;
      }),
  },
  {
    name: "path-length",
    section: "RFC 5280 section 6.1.4 (l) and (m)",
    problem: ({ certificates }) =>
      first(certificates.slice(1), (issuer, index) => {
        const below = certificates.slice(1, index + 1).filter((each) => !selfIssued(each)).length;
        const { pathLength } = issuer.basicConstraints ?? {};
        if (pathLength === undefined || below <= pathLength) return undefined;
        return `"${nameOf(issuer)}" allows ${pathLength} issuers below it, and there are ${below}`;
      }),
  },
  {
    name: "key-cert-sign",
    section: "RFC 5280 section 6.1.4 (n)",
    problem: ({ certificates }) =>
      first(certificates.slice(1), (issuer) =>
        issuer.keyUsage?.keyCertSign === false ? `the key usage of "${nameOf(issuer)}" does not allow keyCertSign` : undefined,
      ),
  },
  {
    name: "critical-extension",
    section: "RFC 5280 section 4.2",
    problem: ({ certificates }) =>
      first(certificates, (certificate) => {
        const [oid] = certificate.unknownCritical;
        return oid && `"${nameOf(certificate)}" has a critical extension that is not known here (OID in hexadecimal: ${oid})`;
      }),
  },
  {
    name: "name-constraints",
    section: "RFC 5280 section 6.1.3 (b) and (c)",
    problem: ({ certificates }) =>
      first(certificates.slice(1), (issuer, index) => {
        const below = certificates.slice(0, index + 1).filter((each, at) => at === 0 || !selfIssued(each));
        return first(below, (certificate) => outsideConstraints(certificate, issuer));
      }),
  },
  {
    name: "end-entity-version",
    section: "RFC 8446 section 4.4.2.2",
    purpose: "tls",
    problem: ({ certificates: [leaf] }) => (leaf.version === 3 ? undefined : `"${nameOf(leaf)}" is of version ${leaf.version} and not 3`),
  },
  {
    name: "end-entity-key-usage",
    section: "RFC 8446 section 4.4.2.2",
    purpose: "tls",
    problem: ({ certificates: [leaf] }) =>
      leaf.keyUsage?.digitalSignature === false ? `the key usage of "${nameOf(leaf)}" does not allow digitalSignature` : undefined,
  },
];

/** The subject of a certificate in words. */
export function nameOf({ x509 }: ParsedCertificate): string {
  return x509.subject.replaceAll("\n", ", ");
}

function first<T>(list: readonly T[], problem: (each: T, index: number) => string | undefined): string | undefined {
  for (const [index, each] of list.entries()) {
    const found = problem(each, index);
    if (found !== undefined) return found;
  }
  return undefined;
}

// The same few links are verified over and over; the result of one never changes.
const links = new WeakMap<ParsedCertificate, WeakMap<ParsedCertificate, boolean>>();

/** Whether the signature of a certificate is one of the issuer's key; the few links of the test PKI are verified once. */
export function signedBy(subject: ParsedCertificate, issuer: ParsedCertificate): boolean {
  const known = links.get(subject) ?? new WeakMap<ParsedCertificate, boolean>();
  links.set(subject, known);
  let result = known.get(issuer);
  if (result === undefined) {
    result = subject.x509.verify(issuer.publicKey);
    known.set(issuer, result);
  }
  return result;
}

function outsideValidity(certificate: ParsedCertificate, at: Date): string | undefined {
  const { x509, notBefore, notAfter } = certificate;
  if (at.getTime() < notBefore) return `"${nameOf(certificate)}" is not valid before ${x509.validFrom}`;
  if (at.getTime() > notAfter) return `"${nameOf(certificate)}" has expired at ${x509.validTo}`;
  return undefined;
}

function selfIssued({ subject, issuer }: ParsedCertificate): boolean {
  return sameName(subject, issuer);
}

function outsideConstraints(certificate: ParsedCertificate, issuer: ParsedCertificate): string | undefined {
  const constraints = issuer.nameConstraints;
  if (constraints === undefined) return undefined;
  const { subject, alternativeNames } = certificate;
  const directory: GeneralName[] = subject.length > 0 ? [{ kind: "directory", name: subject }] : [];
  return first([...directory, ...alternativeNames], (name) => {
    const here = `the ${describeName(name)} of "${nameOf(certificate)}"`;
    const permitted = constraints.permitted.filter((base) => sameForm(name, base));
    const excluded = constraints.excluded.filter((base) => sameForm(name, base));
    // A constraint that is not processed means that the certificate is rejected (section 4.2.1.10).
    if ([...permitted, ...excluded].some((base) => withinSubtree(name, base) === undefined)) {
      return `${here} is constrained by "${nameOf(issuer)}" in a way that is not known here`;
    }
    if (excluded.some((base) => withinSubtree(name, base))) return `${here} is excluded by "${nameOf(issuer)}"`;
    const allowed = permitted.length === 0 || permitted.some((base) => withinSubtree(name, base));
    return allowed ? undefined : `${here} is not permitted by "${nameOf(issuer)}"`;
  });
}
