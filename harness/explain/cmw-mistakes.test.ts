import { describe, expect, it } from "vitest";
import { cbor } from "../attestation/cbor.ts";
import { type Edits, exchange } from "../testing/exchange.ts";
import { named } from "../testing/mistakes.ts";
import { type Bytes, concat, fromHex, toHex, utf8, view } from "../wire/bytes.ts";
import { cmwMistakes, placementMistakes } from "./cmw-mistakes.ts";

const TYPE = "application/eat+cwt";

/** An authenticator whose cmw_data is made of the Evidence in it by somebody who makes the mistake. */
function withCmw(make: (evidence: Bytes) => Bytes, cmw: "cbor" | "json" = "cbor") {
  // ECDSA gives other Evidence each time; that of Ed25519 is the same in both builds.
  const options = { family: "ed25519", cmw } as const;
  const evidence = exchange([], undefined, options).built.bytes("evidence-signature");
  const edits: Edits = [{ at: "extension.cmwData", op: "replace", value: make(evidence) }];
  return exchange(edits, undefined, options).appraisal;
}

const json = (value: unknown) => utf8(JSON.stringify(value));
const base64url = (bytes: Bytes) => view(bytes).toString("base64url");
const record = (evidence: Bytes) => cbor.array([cbor.text(TYPE), cbor.bytes(evidence), cbor.int(4)]);
/** Cut so that base64 needs padding, and begun so that it holds + and /: what is inside is not what this step judges. */
const awkward = (evidence: Bytes) => concat(fromHex("fbefbeffffff"), evidence.subarray(0, 91));

const rows: Record<string, { readonly make: (evidence: Bytes) => Bytes; readonly cmw?: "json" }> = {
  "base64-with-padding": { cmw: "json", make: (evidence) => json([TYPE, `${base64url(evidence.subarray(0, 100))}==`, 4]) },
  "standard-base64": { cmw: "json", make: (evidence) => json([TYPE, view(awkward(evidence)).toString("base64"), 4]) },
  "hexadecimal-value": { cmw: "json", make: (evidence) => json([TYPE, toHex(evidence.subarray(0, 97)), 4]) },
  "base64-in-cbor": { make: (evidence) => cbor.array([cbor.text(TYPE), cbor.text(base64url(evidence)), cbor.int(4)]) },
  "indicator-as-bit-index": { make: (evidence) => cbor.array([cbor.text(TYPE), cbor.bytes(evidence), cbor.int(2)]) },
  "indicator-of-results": { make: (evidence) => cbor.array([cbor.text(TYPE), cbor.bytes(evidence), cbor.int(8)]) },
  "indicator-of-zero": { make: (evidence) => cbor.array([cbor.text(TYPE), cbor.bytes(evidence), cbor.int(0)]) },
  "no-wrapper": { make: (evidence) => evidence },
  "byte-string-around-record": { make: (evidence) => cbor.bytes(record(evidence)) },
  "text-around-record": { make: (evidence) => utf8(view(record(evidence)).toString("base64")) },
  "json-object": { cmw: "json", make: (evidence) => json({ type: TYPE, value: base64url(evidence), ind: 4 }) },
  "members-swapped": { make: (evidence) => cbor.array([cbor.bytes(evidence), cbor.text(TYPE), cbor.int(4)]) },
  "unregistered-type": { make: (evidence) => cbor.array([cbor.text("application/eat-cwt"), cbor.bytes(evidence), cbor.int(4)]) },
  "other-encoding": { make: (evidence) => json([TYPE, base64url(evidence), 4]) },
};

describe("known mistakes in the CMW", () => {
  it("are all made here", () => {
    expect(Object.keys(rows).sort()).toEqual(cmwMistakes.map(({ id }) => id.slice("cmw/".length)).sort());
  });

  it.each(Object.entries(rows))("%s is named, and nothing else", (name, { make, cmw }) => {
    expect(named(withCmw(make, cmw), cmw)["cmw"]).toEqual([`cmw/${name}`]);
  });

  it("members swapped, and an indicator of zero, are named in JSON too", () => {
    expect(
      named(
        withCmw((evidence) => json([base64url(evidence), TYPE, 4]), "json"),
        "json",
      )["cmw"],
    ).toEqual(["cmw/members-swapped"]);
    expect(
      named(
        withCmw((evidence) => json([TYPE, base64url(evidence), 0]), "json"),
        "json",
      )["cmw"],
    ).toEqual(["cmw/indicator-of-zero"]);
  });

  it.each([
    ["nonsense", fromHex("0102030405")],
    ["an empty array", fromHex("80")],
    ["JSON of something else", json({ hello: "world", and: "more" })],
    ["text that is no base64 of a CMW", utf8("QUJD")],
  ])("of %s nothing is named", (_, bytes) => {
    expect(named(withCmw(() => bytes))["cmw"]).toEqual([]);
  });

  it("a right CMW in JSON has none", () => {
    expect(named(exchange([], undefined, { cmw: "json" }).appraisal, "json")).toEqual({});
  });
});

const DATA = "certificate.entries.0.extensions.0.data";
const data = exchange([], undefined, { family: "ed25519" }).built.bytes("extension");
const inner = data.subarray(2);
const replaced = (value: Bytes): Edits => [{ at: DATA, op: "replace", value }];
const attestation = { type: 0xff00, data };

const placementRows: Record<string, Edits> = {
  "no-inner-length": replaced(inner),
  "inner-length-of-1": replaced(concat(Uint8Array.of(inner.length % 256), inner)),
  "inner-length-of-3": replaced(concat(Uint8Array.of(0), data)),
  "inner-length-of-4": replaced(concat(Uint8Array.of(0, 0), data)),
  "inner-length-counts-itself": replaced(concat(Uint8Array.of(data.length >> 8, data.length), inner)),
  "inner-length-in-little-endian": replaced(concat(Uint8Array.of(inner.length, inner.length >> 8), inner)),
  "in-every-entry": [{ at: "certificate.entries.1.extensions", op: "insert", value: attestation }],
  "in-last-entry": [
    { at: "certificate.entries.0.extensions", op: "drop" },
    { at: "certificate.entries.1.extensions", op: "insert", value: attestation },
  ],
};

describe("a result that an attester carries", () => {
  const result = (indicator: number) => withCmw((message) => cbor.array([cbor.text(TYPE), cbor.bytes(message), cbor.int(indicator)]));

  it("in the other encoding than it was asked for has that mistake alone: the indicator of results is right", () => {
    expect(named(result(8), "json", "passport")).toEqual({ cmw: ["cmw/other-encoding"] });
  });

  it.each([1, 2])("under the indicator %i is not taken for Evidence", (indicator) => {
    expect(named(result(indicator), "cbor", "passport").cmw).toEqual([]);
  });
});

describe("known mistakes in where the attestation stands", () => {
  it("are all made here", () => {
    expect(Object.keys(placementRows).sort()).toEqual(placementMistakes.map(({ id }) => id.slice("placement/".length)).sort());
  });

  it.each(Object.entries(placementRows))("%s is named, and nothing else", (name, edits) => {
    expect(named(exchange(edits, undefined, { family: "ed25519" }).appraisal)).toEqual({ placement: [`placement/${name}`] });
  });

  it("of an extension with bytes behind the vector, or an empty one, nothing is named", () => {
    expect(named(exchange([{ at: DATA, op: "extend", value: fromHex("00") }]).appraisal)).toEqual({ placement: [] });
    expect(named(exchange([{ at: DATA, op: "drop" }]).appraisal)).toEqual({ placement: [] });
  });
});
