import { createPublicKey } from "node:crypto";
import { describe, expect, it } from "vitest";
import { CLAIMS } from "../pki/claims.ts";
import { pki } from "../pki/test-pki.ts";
import { fixedConnection } from "../testing/connection.ts";
import { type Edits, type Exchange, exchange } from "../testing/exchange.ts";
import { named } from "../testing/mistakes.ts";
import { concat, fromHex, toHex, utf8, view } from "../wire/bytes.ts";
import { claimMistakes, contextMistakes, extensionMistakes, pathMistakes, schemeMistakes } from "./answer-mistakes.ts";

interface Row {
  readonly step: string;
  readonly edits: Edits;
  /** What else is found, since the mistake is not only one of this step. */
  readonly also?: Record<string, string[]>;
  readonly with?: Partial<Pick<Exchange, "appraisal">["appraisal"]>;
  readonly options?: Parameters<typeof exchange>[2];
  readonly hash?: "sha384";
}

const replaced = (at: string, value: unknown): Edits => [{ at, op: "replace", value }];
const UNBOUND = { binding: ["binding/made-for-context-of-request"] };
const contextRow = (value: Uint8Array, more: Partial<Row> = {}): Row => ({
  step: "context",
  edits: replaced("certificate.certificateRequestContext", value),
  also: UNBOUND,
  ...more,
});
const schemeRow = (scheme: number, more: Partial<Row> = {}): Row => ({
  step: "schemes",
  edits: replaced("certificate-verify.algorithm", scheme),
  ...more,
});
const certificateRow = (value: Uint8Array): Row => ({ step: "certificate-path", edits: replaced("certificate.entries.0.certData", value) });
const earlier = utf8("an earlier one");
const { certificate, chain } = pki("identity-p256");
const pem = `-----BEGIN CERTIFICATE-----\n${view(certificate).toString("base64")}\n-----END CERTIFICATE-----\n`;

const rows: Record<string, Row> = {
  "context/left-empty": contextRow(fromHex("")),
  "context/of-earlier-request": contextRow(earlier, {
    with: { consumedContexts: new Set([toHex(earlier)]) },
    also: { ...UNBOUND, freshness: [] },
  }),
  "context/with-length-prefix": contextRow(concat(Uint8Array.of(11), utf8("the context"))),
  "context/as-text": contextRow(utf8(toHex(utf8("the context")))),
  "context/truncated": contextRow(utf8("the con")),
  "context/whole-request": contextRow(exchange().input.request),
  "schemes/byte-order": schemeRow(0x0304),
  "schemes/pkcs1": schemeRow(0x0401, { options: { family: "rsa-pss-sha256" } }),
  "schemes/sha1": schemeRow(0x0203),
  "schemes/pss-of-other-key-type": schemeRow(0x0809, { options: { family: "rsa-pss-sha256" } }),
  "schemes/hash-of-the-suite": schemeRow(0x0503, { hash: "sha384" }),
  "extensions/staples-of-the-handshake": {
    step: "extensions",
    edits: [{ at: "certificate.entries.0.extensions", op: "extend", value: { type: 5, data: fromHex("0100000100") } }],
  },
  "extensions/attestation-without-offer": { step: "extensions", edits: [] },
  "extensions/other-code-point": {
    step: "extensions",
    edits: replaced("certificate.entries.0.extensions.0.type", 0xffff),
  },
  "extensions/offer-echoed": {
    step: "extensions",
    edits: [{ at: "certificate.entries.0.extensions", op: "extend", value: { type: 0xff00, data: fromHex("") } }],
  },
  "certificate-path/pem": certificateRow(utf8(pem)),
  "certificate-path/base64": certificateRow(utf8(view(certificate).toString("base64"))),
  "certificate-path/raw-public-key": certificateRow(createPublicKey(pki("identity-p256").key).export({ type: "spki", format: "der" })),
  "certificate-path/all-in-one-entry": certificateRow(concat(...chain)),
  "certificate-path/attestation-chain": {
    step: "certificate-path",
    edits: replaced(
      "certificate.entries",
      pki("attestation-p256").chain.map((certData) => ({ certData, extensions: [] })),
    ),
  },
  "claims/swapped": {
    step: "claims",
    edits: [
      { at: "claims.ueid.value", op: "replace", value: CLAIMS.measurement },
      { at: "claims.measurement.value", op: "replace", value: CLAIMS.ueid },
    ],
    also: { policy: [] },
  },
  "claims/as-text": {
    step: "claims",
    edits: replaced("claims.ueid.value", utf8(toHex(CLAIMS.ueid))),
  },
};

function judged({ edits, options, hash, with: change }: Row, name: string) {
  const connection = fixedConnection(hash);
  const made = exchange(edits, connection, options);
  if (name !== "extensions/attestation-without-offer") return named({ ...made.appraisal, ...change });
  // The request without the offer: the attester answers as if it stood there.
  const { request } = made.appraisal;
  const decoded = request && { ...request.decoded, extensions: request.decoded.extensions.slice(0, 1) };
  return named({ ...made.appraisal, request: request && decoded && { bytes: request.bytes, decoded } });
}

const tables = { contextMistakes, schemeMistakes, extensionMistakes, pathMistakes, claimMistakes };

describe("known mistakes in what answers the request", () => {
  it("are all made here", () => {
    const ids = Object.values(tables).flatMap((table) => table.map(({ id }) => id));
    expect(Object.keys(rows).sort()).toEqual(ids.sort());
  });

  it.each(Object.entries(rows))("%s is named, and nothing else in its step", (name, row) => {
    const found = judged(row, name);
    expect(found[row.step]).toEqual([name]);
    if (row.also) expect(found).toEqual({ [row.step]: [name], ...row.also });
  });

  it.each<[string, Edits]>([
    ["context", [{ at: "certificate.certificateRequestContext", op: "flip" }]],
    ["schemes", replaced("certificate-verify.algorithm", 0xfefe)],
    ["extensions", [{ at: "certificate.entries.0.extensions", op: "extend", value: { type: 0x1234, data: fromHex("") } }]],
    ["certificate-path", [{ at: "certificate.entries.1", op: "drop" }]],
    ["certificate-path", replaced("certificate.entries.0.certData", fromHex("3000"))],
    ["claims", [{ at: "claims.ueid.value", op: "flip" }]],
  ])("of a broken %s nothing is named", (step, edits) => {
    expect(named(exchange(edits).appraisal)[step]).toEqual([]);
  });
});
