// @ts-check
// Certification paths (RFC 5280 section 6.1). Node verifies single links and has no path builder.
import { Refusal } from "../authenticator/refusal.mjs";
import { isAllowedAlgorithm } from "./algorithm.mjs";
import { Certificate, DIGITAL_SIGNATURE, Extension } from "./certificate.mjs";
import { oid, readAll, readOne, Tag } from "./der.mjs";
import { nameViolation, readNameConstraints } from "./names.mjs";

/** @typedef {import("../authenticator/request.mjs").Side} Side */

// What a hostile chain may cost: links that are verified, and certificates that are looked at.
const MOST_LINKS = 64;
const MOST_CERTIFICATES = 16;

/** @type {ReadonlySet<string>} */
const UNDERSTOOD = new Set(Object.values(Extension));
const PURPOSES = { server: "1.3.6.1.5.5.7.3.1", client: "1.3.6.1.5.5.7.3.2", any: "2.5.29.37.0" };

/**
 * The public key of the first certificate, where a path leads from it to an anchor; issuers may come in any order, and more than are needed
 * (RFC 8446 section 4.4.2). Throws a Refusal where none does. Of an anchor, name and key count, and what its KeyUsage says against issuing.
 * @param {Buffer[]} chain as received, end entity first
 * @param {Buffer[]} anchors
 * @param {Date} now
 * @param {Side} sender whose certificate it is, for the extended key usage
 */
export function validatePath(chain, anchors, now, sender) {
  const [first, ...others] = chain;
  if (first === undefined) throw new Refusal("pkix", "no certificate");
  if (chain.length > MOST_CERTIFICATES) throw new Refusal("pkix", `more than ${MOST_CERTIFICATES} certificates`);
  const leaf = new Certificate(first);
  checkEndEntity(leaf, sender);
  const search = {
    trusted: readable(anchors),
    others: readable(others),
    now: now.getTime(),
    links: 0,
    reason: "no issuer leads to an anchor",
  };
  if (!isAnchored(search, [leaf])) throw new Refusal("pkix", search.reason);
  return leaf.publicKey;
}

/**
 * A certificate among several that nobody can read is one that is not used.
 * @param {Buffer[]} certificates
 */
function readable(certificates) {
  return certificates.flatMap((der) => {
    try {
      return [new Certificate(der)];
    } catch (error) {
      if (error instanceof Refusal) return [];
      throw error;
    }
  });
}

/**
 * @param {Certificate} leaf
 * @param {Side} sender
 */
function checkEndEntity(leaf, sender) {
  if (!leaf.allows(DIGITAL_SIGNATURE)) throw new Refusal("pkix", "the key usage allows no signatures (RFC 8446 section 4.4.2.2)");
  const usage = leaf.extensions.get(Extension.extendedKeyUsage);
  if (usage === undefined) return;
  const purposes = read(() => readAll(readOne(usage.value, Tag.sequence).content).map(({ content }) => oid(content)));
  if (!purposes.includes(PURPOSES[sender]) && !purposes.includes(PURPOSES.any)) {
    throw new Refusal("pkix", `the extended key usage is not for a TLS ${sender}`);
  }
}

/** @typedef {{ trusted: Certificate[], others: Certificate[], now: number, links: number, reason: string }} Search */

/**
 * Whether the path, end entity first, can be led on to an anchor.
 * @param {Search} search
 * @param {Certificate[]} path
 * @returns {boolean}
 */
function isAnchored(search, path) {
  const last = /** @type {Certificate} */ (path.at(-1));
  for (const anchor of search.trusted) {
    if (!isIssuedBy(search, last, anchor)) continue;
    const reason = violation(path, search.now);
    if (reason === undefined) return true;
    search.reason = reason;
  }
  return search.others.some(
    (issuer) => !path.includes(issuer) && isIssuedBy(search, last, issuer) && isAnchored(search, [...path, issuer]),
  );
}

/**
 * Names, key identifiers and the key usage of the issuer, by checkIssued, and the signature (sections 6.1.3 (a)(1) and (4), 6.1.4 (n)).
 * @param {Search} search
 * @param {Certificate} certificate
 * @param {Certificate} issuer
 */
function isIssuedBy(search, certificate, issuer) {
  if (!certificate.x509.checkIssued(issuer.x509)) return false;
  if (++search.links > MOST_LINKS) throw new Refusal("pkix", `no path among the first ${MOST_LINKS} links`);
  return read(() => certificate.x509.verify(issuer.publicKey));
}

/**
 * Why a path, end entity first and anchor left out, is not valid; undefined where it is (sections 6.1.3 to 6.1.5).
 * @param {Certificate[]} path
 * @param {number} now
 */
function violation(path, now) {
  let pathLength = Number.POSITIVE_INFINITY;
  /** @type {import("./names.mjs").NameConstraints[]} */
  const constraints = [];
  for (let at = path.length - 1; at >= 0; at--) {
    const certificate = /** @type {Certificate} */ (path[at]);
    const isLast = at === 0;
    if (now < certificate.notBefore || now > certificate.notAfter) return "outside of the validity of a certificate";
    if (!read(() => isAllowedAlgorithm(certificate.signatureAlgorithm))) return "signed with an algorithm that is not allowed";
    for (const [id, { critical }] of certificate.extensions)
      if (critical && !UNDERSTOOD.has(id)) return `critical extension ${id} is unknown`;
    if (isLast || !certificate.isSelfIssued) {
      const name = read(() => constraints.map((each) => nameViolation(certificate, each)).find((found) => found !== undefined));
      if (name !== undefined) return name;
    }
    if (isLast) continue;
    if (!certificate.basicConstraints?.isCa) return "an issuer that is no CA";
    if (!certificate.isSelfIssued && pathLength-- <= 0) return "longer than a path length constraint allows";
    pathLength = Math.min(pathLength, certificate.basicConstraints.pathLength ?? pathLength);
    const more = read(() => readNameConstraints(certificate));
    if (more !== undefined) constraints.push(more);
  }
  return undefined;
}

/**
 * What cannot be read is refused, and no failure of this program.
 * @template T
 * @param {() => T} step
 */
function read(step) {
  try {
    return step();
  } catch (error) {
    throw new Refusal("pkix", error instanceof Error ? error.message : String(error));
  }
}
