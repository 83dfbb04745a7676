import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, createServer } from "node:tls";
import { describe, expect, it } from "vitest";
import { families, pki, pkiNames, roots } from "../pki/test-pki.ts";
import { type ParsedCertificate, parseCertificate } from "./certificate.ts";
import { validatePath } from "./path.ts";
import { type PathPurpose, pathRules } from "./path-rules.ts";
import { toPem } from "./pem.ts";

const now = new Date("2026-01-01T00:00:00Z");
const anchors = [...roots("identity"), ...roots("attestation")];
const chainOf = (name: string) => pki(name).chain.map(parseCertificate);
const judge = (name: string, purpose: PathPurpose, rules = pathRules) => validatePath(chainOf(name), anchors, now, purpose, rules);

/** What is wrong with a chain of pki/path-pki.json: a rule of path-rules.ts, or that its names lead nowhere. */
const wrong: Record<string, string> = {
  "under-path-length": "path-length",
  "under-expired": "validity",
  "under-future": "validity",
  "under-no-basic-constraints": "ca",
  "under-not-ca": "ca",
  "under-no-cert-sign": "key-cert-sign",
  "under-unknown-critical": "critical-extension",
  "under-version-1": "ca",
  "under-altered": "signature",
  "under-permitted-elsewhere": "name-constraints",
  "under-excluded-here": "name-constraints",
  "under-permitted-organisation": "name-constraints",
  expired: "validity",
  future: "validity",
  "unknown-critical": "critical-extension",
  untrusted: "signature",
};
const wrongInTls: Record<string, string> = {
  "no-digital-signature": "end-entity-key-usage",
  "version-1": "end-entity-version",
  md5: "signature-hash",
  sha1: "signature-hash",
};
const nowhere = ["under-other-name", "self-signed", "under-expired-root"];
const right = ["deep", "under-permitted-here", "no-key-usage", "unknown-extension", "orphan"];
const rightOfIdentities = ["server-only", "client-only", "code-signing", "other-host", "extension-twice", "by-other-family"];

const attestationFamilies = ["p256", "p384", "ed25519", "rsa-pss-sha256"];
const kinds = [
  ...Object.keys(families).map((family) => ["identity", family, "tls"] as const),
  ...attestationFamilies.flatMap((family) => [["attestation", family, "attestation"] as const, ["attestation", family, "result"] as const]),
];

describe.each(kinds)("chains of %s, %s, for %s", (kind, family, purpose) => {
  const at = (name: string) => `${kind}-${name}-${family}`;
  const broken = { ...wrong, ...(purpose === "tls" && wrongInTls) };

  it("keep all rules where nothing is wrong with them", () => {
    const fine = [...right, ...(kind === "identity" ? rightOfIdentities : ["no-digital-signature", "version-1"])];
    expect(fine.map((name) => [name, judge(at(name), purpose)])).toEqual(fine.map((name) => [name, undefined]));
    expect(judge(`${kind}-${family}`, purpose)).toBeUndefined();
  });

  it("break the one rule that they are made to break, and are right without it", () => {
    for (const [name, rule] of Object.entries(broken)) {
      expect([name, judge(at(name), purpose)?.rule]).toEqual([name, rule]);
      const others = pathRules.filter((each) => each.name !== rule);
      expect([name, judge(at(name), purpose, others)]).toEqual([name, undefined]);
    }
  });

  it("lead to no anchor by names alone, or through a certificate that is no CA", () => {
    for (const name of nowhere.filter((each) => kind === "identity" || each !== "under-expired-root")) {
      const failure = judge(at(name), purpose);
      expect([name, failure?.rule, failure?.reason]).toEqual([name, undefined, expect.stringMatching(/^no issuer of /)]);
    }
    expect(judge(at("issued-by-leaf"), purpose)?.rule).toBe("ca");
    expect(validatePath(chainOf(at("orphan")).slice(0, 1), anchors, now, purpose)?.reason).toMatch(/^no issuer of /);
  });
});

it("every rule is broken by some chain", () => {
  expect(new Set([...Object.values(wrong), ...Object.values(wrongInTls)])).toEqual(new Set(pathRules.map(({ name }) => name)));
});

describe("the search for a path", () => {
  const expiredRoot = pki("expired-identity-root-p256").certificate;

  it("takes an anchor for a name and a key: its own validity does not count (RFC 5280 section 6.1.1 (d))", () => {
    expect(validatePath(chainOf("identity-under-expired-root-p256"), [expiredRoot], now, "tls")).toBeUndefined();
  });

  it("goes around an issuer that is wrong where another one of that name is right", () => {
    const [leaf, intermediate] = chainOf("identity-p256");
    const untrusted = parseCertificate(pki("untrusted-identity-root-p256").certificate);
    if (!leaf || !intermediate) throw new Error("unreachable");
    expect(validatePath([leaf, untrusted, intermediate], [expiredRoot, ...anchors], now, "tls")).toBeUndefined();
    expect(validatePath([leaf, intermediate], [untrusted.der, ...anchors], now, "tls")).toBeUndefined();
  });

  it("accepts an end-entity certificate that is an anchor, as long as it is valid", () => {
    const [self] = chainOf("identity-self-signed-p256") as [ParsedCertificate];
    expect(validatePath([self], [self.der], now, "tls")).toBeUndefined();
    expect(validatePath([self], [self.der], new Date("2050-06-01T00:00:00Z"), "tls")?.rule).toBe("validity");
  });

  it("no bit of a certificate can be altered: it is refused by the parser or by a rule, and nothing else is thrown", () => {
    const [original, ...issuers] = pki("identity-p256").chain;
    if (!original) throw new Error("unreachable");
    const above = issuers.map(parseCertificate);
    const outcomes = { parser: 0, rule: 0 };
    for (let bit = 0; bit < original.length * 8; bit++) {
      const altered = Buffer.from(original);
      altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (0x80 >> (bit & 7));
      let certificate: ParsedCertificate;
      try {
        certificate = parseCertificate(altered);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
        outcomes.parser++;
        continue;
      }
      const failure = validatePath([certificate, ...above], anchors, now, "tls");
      if (failure === undefined) throw new Error(`bit ${bit} can be altered`);
      outcomes.rule++;
    }
    expect(Math.min(outcomes.parser, outcomes.rule)).toBeGreaterThan(500);
  });

  it("says that a signature does not verify, also where the issuer's key is of another type", () => {
    const [leaf] = chainOf("identity-p256") as [ParsedCertificate];
    const root = parseCertificate(pki("identity-root-p256").certificate);
    for (const family of Object.keys(families)) {
      const [other] = chainOf(`identity-intermediate-${family}`) as [ParsedCertificate];
      const impostor = { ...other, subject: leaf.issuer, issuer: root.subject };
      const failure = validatePath([leaf, impostor], anchors, now, "tls");
      expect([family, failure?.rule]).toEqual([family, family === "p256" ? undefined : "signature"]);
    }
  });

  it("ends in bounded time among many certificates of one name", () => {
    // Each root of that name could have issued itself and each other: the paths by name are more than can be counted.
    const root = parseCertificate(pki("untrusted-identity-root-p256").certificate);
    const copies = Array.from({ length: 500 }, () => ({ ...root }));
    const from = performance.now();
    const chain = [...chainOf("identity-untrusted-p256"), ...copies];
    expect(validatePath(chain, anchors, now, "tls")?.rule).toBe("signature");
    expect(validatePath(chain, [expiredRoot], now, "tls")?.reason).toBe("no path to a trusted root was found in 1000 steps");
    expect(performance.now() - from).toBeLessThan(2000);
  });
});

/**
 * What OpenSSL, as a TLS client of node:tls, says of the same chain; undefined: it is right. It asks for the purpose serverAuth where there is
 * an extended key usage, takes expired anchors for no anchors, and knows nothing of two rules of RFC 8446 section 4.4.2.2.
 */
async function openssl(name: string, ca: readonly Uint8Array[]): Promise<string | undefined> {
  const { chain, key } = pki(name);
  const pem = key.export({ type: "pkcs8", format: "pem" });
  // Level 0: else the server itself refuses certificates with SHA-1.
  const server = createServer({
    key: pem,
    cert: chain.map((der) => toPem("CERTIFICATE", der)).join(""),
    minVersion: "TLSv1.3",
    ciphers: "DEFAULT:@SECLEVEL=0",
  });
  server.on("tlsClientError", () => {});
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const socket = connect({
    port,
    host: "127.0.0.1",
    ca: ca.map((der) => toPem("CERTIFICATE", der)),
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
  });
  try {
    await once(socket, "secureConnect");
    return socket.authorized ? undefined : String(socket.authorizationError);
  } finally {
    socket.destroy();
    server.close();
  }
}

describe("OpenSSL says the same of every chain of the test PKI", () => {
  // Who refuses what the other one accepts.
  const strict: Record<string, "openssl" | "ours"> = {
    "identity-no-digital-signature": "ours",
    "identity-version-1": "ours",
    "attestation-no-digital-signature": "ours",
    "attestation-version-1": "ours",
    "identity-client-only": "openssl",
    "identity-code-signing": "openssl",
  };
  const leaves = (family: string) =>
    pkiNames().filter(
      (name) => /^(identity|attestation)-/.test(name) && name.endsWith(`-${family}`) && !/-(root|issuer|not-der)-/.test(name),
    );

  it.each(Object.keys(families))("%s", async (family) => {
    const names = leaves(family);
    expect(names.length).toBeGreaterThan(30);
    for (const name of names) {
      const reason = await openssl(name, anchors);
      const ours = validatePath(chainOf(name), anchors, new Date(), "tls");
      const kind = name.slice(0, -family.length - 1);
      const accepted = { openssl: reason === undefined, ours: ours === undefined };
      if (strict[kind]) expect([name, accepted]).toEqual([name, { openssl: true, ours: true, [strict[kind]]: false }]);
      else expect([name, reason, accepted.openssl]).toEqual([name, reason, accepted.ours]);
    }
  });
});
