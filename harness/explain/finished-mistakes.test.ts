import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { emptySteps } from "../appraisal/empty-steps.ts";
import { runAll } from "../appraisal/finding.ts";
import { hkdfExpandLabel } from "../authenticator/exporter.ts";
import { buildAuthenticator } from "../forge/build.ts";
import { fixedConnection } from "../testing/connection.ts";
import { type Edits, type Exchange, exchange } from "../testing/exchange.ts";
import { named, sha, withVerifyData } from "../testing/mistakes.ts";
import { type Bytes, concat, fromHex, toHex, utf8 } from "../wire/bytes.ts";
import { type AuthenticatorHash, hashLength } from "../wire/code-points.ts";
import { explainEmpty } from "./explain.ts";
import { emptyFinishedMistakes, finishedMistakes } from "./finished-mistakes.ts";

const KEY = "EXPORTER-server authenticator finished key";
const HC = "EXPORTER-server authenticator handshake context";

interface Mac {
  readonly hash: AuthenticatorHash;
  readonly key: Bytes;
  readonly parts: { handshakeContext: Bytes; request: Bytes; certificate: Bytes; certificateVerify: Bytes };
  exported(label: string, context?: string, length?: number): Bytes;
}

/** verify_data as somebody makes it who makes the mistake; with nothing but HMAC and SHA. */
type Make = (mac: Mac) => Bytes;

function macOf({ hash, key, parts }: Mac, change: Partial<Mac["parts"] & { key: Bytes; hash: AuthenticatorHash }> = {}): Bytes {
  const { handshakeContext, request, certificate, certificateVerify } = { ...parts, ...change };
  const hashed = change.hash ?? hash;
  return createHmac(hashed, change.key ?? key)
    .update(sha(hashed, handshakeContext, request, certificate, certificateVerify))
    .digest();
}

const all = ({ parts }: Mac) => concat(parts.handshakeContext, parts.request, parts.certificate, parts.certificateVerify);
const none = fromHex("");

/** Mistakes that an authenticator and an empty one share. */
const shared: Record<string, Make | { readonly hash: "sha384"; readonly make: Make }> = {
  "request-left-out": (mac) => macOf(mac, { request: none }),
  "request-without-header": (mac) => macOf(mac, { request: mac.parts.request.subarray(4) }),
  "request-of-other-type": (mac) => macOf(mac, { request: concat(Uint8Array.of(13), mac.parts.request.subarray(1)) }),
  "request-context-only": (mac) => macOf(mac, { request: utf8("the context") }),
  "handshake-context-left-out": (mac) => macOf(mac, { handshakeContext: none }),
  "handshake-context-behind-request": (mac) => macOf(mac, { handshakeContext: mac.parts.request, request: mac.parts.handshakeContext }),
  "certificate-before-request": (mac) => macOf(mac, { certificate: mac.parts.request, request: mac.parts.certificate }),
  "finished-key-as-handshake-context": (mac) => macOf(mac, { handshakeContext: mac.exported(KEY) }),
  "handshake-context-of-other-role": (mac) =>
    macOf(mac, { handshakeContext: mac.exported("EXPORTER-client authenticator handshake context") }),
  "handshake-context-exported-with-context": (mac) => macOf(mac, { handshakeContext: mac.exported(HC, "the context") }),
  "handshake-context-of-32-bytes": { hash: "sha384", make: (mac) => macOf(mac, { handshakeContext: mac.exported(HC, "", 32) }) },
  "other-role": (mac) =>
    macOf(mac, {
      handshakeContext: mac.exported("EXPORTER-client authenticator handshake context"),
      key: mac.exported("EXPORTER-client authenticator finished key"),
    }),
  "key-of-other-role": (mac) => macOf(mac, { key: mac.exported("EXPORTER-client authenticator finished key") }),
  "keyed-by-handshake-context": (mac) => macOf(mac, { key: mac.exported(HC) }),
  "secrets-swapped": (mac) => macOf(mac, { key: mac.exported(HC), handshakeContext: mac.exported(KEY) }),
  "key-exported-with-context": (mac) => macOf(mac, { key: mac.exported(KEY, "the context") }),
  "secrets-exported-with-context": (mac) =>
    macOf(mac, { key: mac.exported(KEY, "the context"), handshakeContext: mac.exported(HC, "the context") }),
  "key-derived-again": (mac) => macOf(mac, { key: hkdfExpandLabel(mac.hash, mac.key, "finished", none, hashLength[mac.hash]) }),
  "transcript-not-hashed": (mac) => createHmac(mac.hash, mac.key).update(all(mac)).digest(),
  "transcript-hashed-twice": (mac) =>
    createHmac(mac.hash, mac.key)
      .update(sha(mac.hash, sha(mac.hash, all(mac))))
      .digest(),
  "hash-without-key": (mac) => sha(mac.hash, all(mac)),
  "sha256-for-every-suite": { hash: "sha384", make: (mac) => macOf(mac, { hash: "sha256" }) },
  "sha256-and-32-bytes-for-every-suite": {
    hash: "sha384",
    make: (mac) => macOf(mac, { hash: "sha256", key: mac.exported(KEY, "", 32), handshakeContext: mac.exported(HC, "", 32) }),
  },
  truncated: (mac) => macOf(mac).subarray(0, 12),
  "with-length-prefix": (mac) => concat(Uint8Array.of(hashLength[mac.hash]), macOf(mac)),
  "as-hexadecimal": (mac) => utf8(toHex(macOf(mac))),
};

const rows: typeof shared = {
  ...shared,
  "certificate-left-out": (mac) => macOf(mac, { certificate: none }),
  "certificate-without-header": (mac) => macOf(mac, { certificate: mac.parts.certificate.subarray(4) }),
  "certificate-verify-left-out": (mac) => macOf(mac, { certificateVerify: none }),
  "certificate-verify-without-header": (mac) => macOf(mac, { certificateVerify: mac.parts.certificateVerify.subarray(4) }),
  "bodies-without-headers": (mac) =>
    macOf(mac, {
      request: mac.parts.request.subarray(4),
      certificate: mac.parts.certificate.subarray(4),
      certificateVerify: mac.parts.certificateVerify.subarray(4),
    }),
  "mac-of-empty-authenticator": (mac) =>
    macOf(mac, { certificate: concat(fromHex("0b00000f0b"), utf8("the context"), fromHex("000000")), certificateVerify: none }),
};

const emptyRows: typeof shared = {
  ...shared,
  "certificate-left-out": (mac) => macOf(mac, { certificate: none }),
  "certificate-without-context": (mac) => macOf(mac, { certificate: fromHex("0b00000400000000") }),
  "certificate-without-header": (mac) => macOf(mac, { certificate: mac.parts.certificate.subarray(4) }),
  "handshake-context-alone": (mac) => macOf(mac, { request: none, certificate: none }),
  "mac-over-nothing": (mac) => createHmac(mac.hash, mac.key).update(none).digest(),
};

function macFor({ input, built }: Exchange, hash: AuthenticatorHash): Mac {
  const exported: Mac["exported"] = (label, context = "", length = hashLength[hash]) =>
    input.connection.exportKeyingMaterial(label, utf8(context), length);
  const { request, certificate, certificateVerify } = built.values["mac-input"];
  return { hash, key: exported(KEY), exported, parts: { handshakeContext: exported(HC), request, certificate, certificateVerify } };
}

const hashesOf = (row: (typeof shared)[string]) => (typeof row === "function" ? (["sha256", "sha384"] as const) : [row.hash]);
const cases = (table: typeof shared) =>
  Object.entries(table).flatMap(([name, row]) =>
    hashesOf(row).map((hash) => [name, hash, typeof row === "function" ? row : row.make] as const),
  );
const names = (step: string, mistakes: readonly { readonly id: string }[]) => mistakes.map(({ id }) => id.slice(step.length + 1)).sort();

describe("known mistakes in Finished", () => {
  it("are all made here", () => {
    expect(Object.keys(rows).sort()).toEqual(names("finished", finishedMistakes));
  });

  it.each(cases(rows))("%s is named, and nothing else (%s)", (name, hash, make) => {
    const right = exchange([], fixedConnection(hash));
    const verifyData = make(macFor(right, hash));
    // A MAC of another length than the suite's is found where Finished is parsed.
    const step = verifyData.length === hashLength[hash] ? "finished" : "parse";
    expect(named(withVerifyData(right, verifyData))).toEqual({ [step]: [`finished/${name}`] });
  });

  it("of a MAC that is merely broken nothing is named", () => {
    expect(named(exchange([{ at: "finished.verifyData", op: "flip" }]).appraisal)).toEqual({ finished: [] });
    expect(named(exchange([{ at: "finished.verifyData", op: "drop" }]).appraisal)).toEqual({ parse: [] });
  });

  it("one who takes the other role's secrets throughout is told so in both places", () => {
    const edits: Edits = [
      {
        at: "secrets.handshakeContext",
        op: "replace",
        value: fixedConnection().exportKeyingMaterial("EXPORTER-client authenticator handshake context", none, 32),
      },
      {
        at: "secrets.finishedKey",
        op: "replace",
        value: fixedConnection().exportKeyingMaterial("EXPORTER-client authenticator finished key", none, 32),
      },
    ];
    expect(named(exchange(edits).appraisal)).toEqual({
      "certificate-verify": ["certificate-verify/handshake-context-of-other-role"],
      finished: ["finished/other-role"],
    });
  });
});

describe("known mistakes in an empty authenticator", () => {
  const certificateRequestContext = utf8("the context");
  const declined = (hash: AuthenticatorHash) => {
    const { input } = exchange([], fixedConnection(hash));
    const built = buildAuthenticator({ ...input, identity: null, attestation: null });
    return { input, built, mac: macFor({ input, built } as Exchange, hash) };
  };
  const namedIn = (hash: AuthenticatorHash, authenticator: Bytes) => {
    const { input } = declined(hash);
    const { connection, sender, request } = input;
    const state = { connection, sender, request, certificateRequestContext, authenticator };
    const results = explainEmpty(runAll(emptySteps, state), state);
    return results.flatMap((result) => (result.kind === "finding" ? (result.mistakes ?? []).map(({ id }) => id) : []));
  };
  const finished = (verifyData: Bytes) => concat(Uint8Array.of(20, 0, 0, verifyData.length), verifyData);

  it("are all made here", () => {
    expect(Object.keys(emptyRows).sort()).toEqual(names("empty-finished", emptyFinishedMistakes));
  });

  it.each(cases(emptyRows))("%s is named, and nothing else (%s)", (name, hash, make) => {
    expect(namedIn(hash, finished(make(declined(hash).mac)))).toEqual([`empty-finished/${name}`]);
  });

  it("the Certificate of the handshake's refusal before Finished is named", () => {
    const { mac, built } = declined("sha256");
    expect(namedIn("sha256", concat(mac.parts.certificate, built.authenticator))).toEqual(["empty-frame/certificate-sent"]);
  });

  it("a right one has none, and of a broken one nothing is named", () => {
    expect(namedIn("sha256", declined("sha256").built.authenticator)).toEqual([]);
    expect(namedIn("sha256", finished(Buffer.alloc(32)))).toEqual([]);
    expect(namedIn("sha256", fromHex("14"))).toEqual([]);
  });
});
