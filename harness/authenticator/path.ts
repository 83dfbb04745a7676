import { type Bytes, equalBytes } from "../wire/bytes.ts";
import { type ParsedCertificate, parseCertificate } from "./certificate.ts";
import { sameName } from "./distinguished-name.ts";
import { type CertificationPath, nameOf, type PathPurpose, pathRules } from "./path-rules.ts";

/**
 * The most certificates that are read of one chain: finding a path takes a step for each pair of them. RFC 5280 sets no limit, OpenSSL goes
 * no deeper than this by default, and nobody sends a tenth of it.
 */
export const MAX_CHAIN = 100;

/** Why no path was found; `reason` is a sentence for people. */
export interface PathFailure {
  readonly reason: string;
  /** The rule of path-rules.ts that was broken; undefined where the names lead to no anchor. */
  readonly rule: string | undefined;
}

/** Steps of the search, over all candidates. A chain for which this is not enough is made to be expensive. */
const SEARCH_LIMIT = 1000;

/**
 * PKIX path validation (RFC 5280 section 6.1) as far as the suite decides on it: some path of names from the end-entity certificate to an
 * end in `anchors` keeps all `rules` for the purpose. `chain` is leaf first; what follows may stand in any order and hold more than is needed
 * (RFC 8446 section 4.4.2). Returns undefined where a path exists. Throws Error where an anchor is no certificate.
 */
export function validatePath(
  chain: readonly ParsedCertificate[],
  anchors: readonly Bytes[],
  at: Date,
  purpose: PathPurpose,
  rules = pathRules,
): PathFailure | undefined {
  const [leaf, ...others] = chain;
  if (leaf === undefined) return { reason: "the chain is empty", rule: undefined };
  const roots = anchors.map(parseCertificate);
  const asked = rules.filter((rule) => rule.purpose === undefined || rule.purpose === purpose);
  let failure: PathFailure | undefined;
  let end: ParsedCertificate | undefined;
  for (const candidate of candidates(leaf, others, roots, at)) {
    if (candidate === "limit") {
      failure ??= { reason: `no path to a trusted root was found in ${SEARCH_LIMIT} steps`, rule: undefined };
      continue;
    }
    if (!("certificates" in candidate)) {
      end ??= candidate.end;
      continue;
    }
    const broken = firstBroken(candidate, asked);
    if (broken === undefined) return undefined;
    // The first candidate is the nearest one: of several, its problem says most.
    failure ??= broken;
  }
  const { x509 } = end ?? leaf;
  const issuer = x509.issuer.replaceAll("\n", ", ");
  return failure ?? { reason: `no issuer of "${nameOf(end ?? leaf)}" is trusted or sent along (issuer: ${issuer})`, rule: undefined };
}

function firstBroken(path: CertificationPath, rules: typeof pathRules): PathFailure | undefined {
  for (const rule of rules) {
    const problem = rule.problem(path);
    if (problem !== undefined) return { reason: `${problem} (${rule.section})`, rule: rule.name };
  }
  return undefined;
}

// Paths by name alone (RFC 5280 section 6.1.3 (a)(4)), depth first, an anchor before what was sent along; and the certificates where such a
// path ends with no issuer.
function* candidates(
  leaf: ParsedCertificate,
  others: readonly ParsedCertificate[],
  roots: readonly ParsedCertificate[],
  at: Date,
): Generator<CertificationPath | { readonly end: ParsedCertificate } | "limit"> {
  if (roots.some(({ der }) => equalBytes(der, leaf.der))) yield { certificates: [leaf], anchor: undefined, at };
  let steps = 0;
  const open: CertificationPath["certificates"][] = [[leaf]];
  for (let path = open.pop(); path !== undefined && steps < SEARCH_LIMIT; path = open.pop()) {
    const last = path.at(-1) ?? leaf;
    const issues = (issuer: ParsedCertificate) => sameName(last.issuer, issuer.subject);
    for (const anchor of roots.filter(issues)) {
      steps++;
      yield { certificates: path, anchor, at };
    }
    const next = others.filter((issuer) => issues(issuer) && !path.includes(issuer));
    steps += 1 + next.length;
    if (next.length === 0) yield { end: last };
    for (const issuer of next.reverse()) open.push([...path, issuer]);
  }
  if (steps >= SEARCH_LIMIT) yield "limit";
}
