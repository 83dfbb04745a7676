import type { Bytes } from "../wire/bytes.ts";
import { type ParsedCertificate, parseCertificate } from "./certificate.ts";

/**
 * The most certificates that are read of one chain: finding a path takes a step for each pair of them. RFC 5280 sets no limit, OpenSSL goes
 * no deeper than this by default, and nobody sends a tenth of it.
 */
export const MAX_CHAIN = 100;

/** Why no path was found; `reason` is a sentence for people. */
export interface PathFailure {
  readonly reason: string;
}

/**
 * PKIX path validation (RFC 5280 section 6.1) as far as the suite decides on it: signatures, issuer names, validity at `at`, CA bit
 * of issuers, and an end in one of `anchors`. `chain` is leaf first; what follows may stand in any order and hold more than is needed
 * (RFC 8446 section 4.4.2). Returns undefined where a path exists.
 */
export function validatePath(chain: readonly ParsedCertificate[], anchors: readonly Bytes[], at: Date): PathFailure | undefined {
  const [leaf, ...others] = chain;
  if (leaf === undefined) return { reason: "the chain is empty" };
  const roots: ParsedCertificate[] = [];
  for (const anchor of anchors) roots.push(parseCertificate(anchor));
  return findPath(leaf, others, roots, at, new Set());
}

function findPath(
  subject: ParsedCertificate,
  pool: readonly ParsedCertificate[],
  roots: readonly ParsedCertificate[],
  at: Date,
  visited: Set<ParsedCertificate>,
): PathFailure | undefined {
  const outdated = outsideValidity(subject, at);
  if (outdated) return outdated;
  if (roots.includes(subject)) return undefined;
  visited.add(subject);
  let failure: PathFailure | undefined;
  for (const root of roots) {
    const problem = outsideValidity(root, at) ?? issuedBy(subject, root);
    if (problem === undefined) return undefined;
    if (problem !== NOT_THE_ISSUER) failure = problem;
  }
  for (const issuer of pool) {
    if (visited.has(issuer)) continue;
    const problem = issuedBy(subject, issuer) ?? findPath(issuer, pool, roots, at, visited);
    if (problem === undefined) return undefined;
    if (problem !== NOT_THE_ISSUER) failure = problem;
  }
  return failure ?? { reason: `no issuer of "${name(subject)}" is trusted or sent along (issuer: ${issuerName(subject)})` };
}

const NOT_THE_ISSUER: PathFailure = { reason: "another issuer" };

// The same few links are verified over and over; the result of one never changes.
const links = new WeakMap<ParsedCertificate, WeakMap<ParsedCertificate, PathFailure | "issued">>();

function issuedBy(subject: ParsedCertificate, issuer: ParsedCertificate): PathFailure | undefined {
  const known = links.get(subject) ?? new WeakMap();
  links.set(subject, known);
  let result = known.get(issuer);
  if (result === undefined) {
    result = checkIssued(subject, issuer);
    known.set(issuer, result);
  }
  return result === "issued" ? undefined : result;
}

function checkIssued(subject: ParsedCertificate, issuer: ParsedCertificate): PathFailure | "issued" {
  if (subject.x509.issuer !== issuer.x509.subject) return NOT_THE_ISSUER;
  if (!issuer.x509.ca) return { reason: `"${name(issuer)}" issued "${name(subject)}" and is no CA (RFC 5280 section 6.1.4 (k))` };
  if (!subject.x509.verify(issuer.publicKey)) {
    return { reason: `the signature of "${name(issuer)}" on "${name(subject)}" does not verify` };
  }
  return "issued";
}

function outsideValidity(certificate: ParsedCertificate, at: Date): PathFailure | undefined {
  const { x509, notBefore, notAfter } = certificate;
  if (at.getTime() < notBefore) return { reason: `"${name(certificate)}" is not valid before ${x509.validFrom}` };
  if (at.getTime() > notAfter) return { reason: `"${name(certificate)}" has expired at ${x509.validTo}` };
  return undefined;
}

function name({ x509 }: ParsedCertificate): string {
  return x509.subject.replaceAll("\n", ", ");
}

function issuerName({ x509 }: ParsedCertificate): string {
  return x509.issuer.replaceAll("\n", ", ");
}
