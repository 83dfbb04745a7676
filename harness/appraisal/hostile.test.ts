import { Tokenizer } from "cborg";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { cbor } from "../attestation/cbor.ts";
import { MAX_CHAIN } from "../authenticator/path.ts";
import { pki } from "../pki/test-pki.ts";
import { exchange } from "../testing/exchange.ts";
import { type Bytes, concat, fromHex, utf8 } from "../wire/bytes.ts";
import { appraisalSteps, judge, validate } from "./appraise.ts";

type Edits = NonNullable<Parameters<typeof exchange>[0]>;

/** What cmw_data can hold: CertificateEntry.extensions is 2^16-1 bytes, less the header of the extension and the inner length. */
const LARGEST_CMW = 65529;
const repeated = (hex: string, times: number) => fromHex(hex.repeat(times));
const { appraisal, built } = exchange();

/** What judge and relying party say of an authenticator; both must come to an end without a throw. */
function verdicts(authenticator: Bytes) {
  const input = { ...appraisal, authenticator };
  const { results } = judge(input);
  const findings = results.flatMap((result) => (result.kind === "finding" ? [{ step: result.step, ...result.finding }] : []));
  return { findings, validated: validate(input) };
}

const send = (edits: Edits) => verdicts(exchange(edits).built.authenticator);

describe("hostile content of cmw_data is refused by the step that reads it, with the byte", () => {
  it.each<[string, Bytes, RegExp]>([
    ["65529 bytes of nested arrays", concat(fromHex("82"), repeated("81", LARGEST_CMW - 1)), /64 levels of nesting, at byte 64/],
    ["21843 collections in one another", repeated("a16161", 21843), /64 levels of nesting, at byte 192/],
    ["9 collections in one another", concat(repeated("a16161", 9), fromHex("8219fde74100")), /no deeper than 8/],
    ["65529 brackets", utf8("[".repeat(LARGEST_CMW)), /64 levels of nesting, at byte 64/],
    ["13105 objects in one another", utf8('{"a":'.repeat(13105)), /64 levels of nesting, at byte 320/],
    ["a record of 2^32-1 bytes", fromHex("83746170706c69636174696f6e2f656174202b6377745affffffff04"), /at byte/],
    ["a record of 2^64-1 bytes", fromHex("8219fde75bffffffffffffffff"), /at byte 4/],
    ["a label twice", fromHex("a261618219fde7410061618219fde74100"), /repeat map key "a", at byte 9/],
    ["an array that never ends", fromHex("9f19fde74100"), /at byte/],
  ])("%s", (_, cmwData, reason) => {
    const { findings, validated } = send([{ at: "extension.cmwData", op: "replace", value: cmwData }]);
    expect(findings.map(({ step }) => step)).toEqual(["cmw"]);
    expect(findings[0]?.found).toMatch(reason);
    expect(validated).toMatchObject({ refused: { step: "cmw" } });
  });

  it("8000 records of a type that nobody knows are read once", () => {
    const next = vi.spyOn(Tokenizer.prototype, "next");
    // Label, array, type and value: four tokens of each.
    const records = Array.from({ length: 8000 }, (_, label) => concat(cbor.int(label), fromHex("8262414140")));
    const { findings } = send([{ at: "extension.cmwData", op: "replace", value: concat(fromHex("b91f40"), ...records) }]);
    expect(findings).toMatchObject([{ step: "cmw", found: "AA in 0" }]);
    // By the judge and by the relying party.
    expect(next.mock.calls.length).toBe(2 * (1 + 4 * 8000));
    vi.restoreAllMocks();
  });
});

describe("hostile Evidence is refused by the step that reads it", () => {
  it.each<[string, Edits, RegExp]>([
    ["claims of 20000 nested arrays", [{ at: "evidence.payload", op: "replace", value: repeated("81", 20000) }], /claims: .*at byte 64/],
    ["a claim twice", [{ at: "claims.ueid", op: "duplicate" }], /repeat map key "256", at byte/],
    [
      "a header of 20000 nested arrays",
      [{ at: "cmw.value", op: "replace", value: concat(fromHex("d284594e20"), repeated("81", 20000), fromHex("a0404100")) }],
      /protected header: .*at byte 64/,
    ],
    [
      "a chain of 30000 empty certificates",
      [{ at: "evidence.unprotectedHeader.x5chain.value", op: "replace", value: Array.from({ length: 30000 }, () => fromHex("")) }],
      /30000 of them/,
    ],
  ])("%s", (_, edits, reason) => {
    const { findings, validated } = send(edits);
    expect(findings[0]).toMatchObject({ step: "evidence-signature", found: expect.stringMatching(reason) });
    expect(validated).toMatchObject({ refused: { step: "evidence-signature" } });
  });
});

describe("hostile messages around it", () => {
  const leaf = pki("identity-p256").certificate;

  it("a Certificate of 20000 entries is refused before any of them is parsed, for else the first would be what is wrong", () => {
    const certData = leaf.subarray(0, 40);
    const entries = Array.from({ length: 20000 }, () => ({ certData, extensions: [] }));
    const { findings } = verdicts(exchange([{ at: "certificate.entries", op: "replace", value: entries }]).built.authenticator);
    expect(findings.find(({ step }) => step === "certificate-path")).toMatchObject({ found: "20000 of them" });
  });

  it(`a chain of ${MAX_CHAIN} certificates is read, one of ${MAX_CHAIN + 1} is not`, () => {
    const padded = (count: number) => {
      const chain = pki("identity-p256").chain;
      const more = Array.from({ length: count - chain.length }, () => pki("identity-other").certificate);
      const { validated } = verdicts(
        exchange([...more.map((certData) => ({ at: "certificate.entries", op: "extend" as const, value: { certData, extensions: [] } }))])
          .built.authenticator,
      );
      return validated;
    };
    expect(padded(MAX_CHAIN)).toHaveProperty("accepted");
    expect(padded(MAX_CHAIN + 1)).toMatchObject({ refused: { step: "certificate-path", finding: { found: "101 of them" } } });
  });

  it("16382 different extensions in an entry, and then one of them again, are looked through once", () => {
    const find = vi.spyOn(Array.prototype, "indexOf");
    const extensions = Array.from({ length: 16382 }, (_, type) => ({ type, data: fromHex("") }));
    const edits: Edits = [
      { at: "certificate.entries.0.extensions", op: "replace", value: [...extensions, { type: 0, data: fromHex("") }] },
    ];
    const { findings } = send(edits);
    expect(findings.map(({ step }) => step)).toContain("extensions");
    expect(findings.find(({ step }) => step === "extensions")?.found).toBe("0x0000 twice in entry 0");
    expect(find.mock.contexts.filter((list) => (list as unknown[]).length > 1000)).toEqual([]);
    vi.restoreAllMocks();
  });

  it("a message whose length says 2^24-1 is refused for what is there", () => {
    const { findings } = send([{ at: "certificate.length", op: "replace", value: 0xffffff }]);
    expect(findings[0]).toMatchObject({ step: "frame", found: expect.stringMatching(/at byte/) });
  });

  // Keys and names that OpenSSL reads and node:crypto does not, or reads otherwise.
  it.each([
    ["of zero bytes but one", fromHex("00")],
    ["that is a list without end", fromHex("3080")],
    ["of 2^32-1 bytes, it says", fromHex("3084ffffffff")],
    ["cut short", leaf.subarray(0, leaf.length - 1)],
    ["with a byte behind it", concat(leaf, fromHex("00"))],
    ["twice in one", concat(leaf, leaf)],
    ["of 65000 zero bytes", new Uint8Array(65000)],
    ["of 20000 nested sequences", concat(repeated("3080", 20000))],
  ])("a certificate %s", (_, certData) => {
    const { findings } = send([{ at: "certificate.entries.0.certData", op: "replace", value: certData }]);
    expect(findings[0]).toMatchObject({ step: "certificate-path", code: "pkix" });
  });
});

/** Judge and relying party agree on whether anything is wrong, whatever the bytes. */
function agree(authenticator: Bytes): void {
  const { findings: all, validated } = verdicts(authenticator);
  // What is asked of a sender alone is no reason to refuse.
  const findings = all.filter(({ step }) => appraisalSteps.some(({ name }) => name === step));
  expect("refused" in validated).toBe(findings.length > 0);
  if ("refused" in validated) expect(validated.refused.step).toBe(findings[0]?.step);
}

const edited = (bytes: Bytes, at: number, byte: number) => {
  const out = Uint8Array.from(bytes);
  out[at % bytes.length] = byte;
  return out;
};

describe("whatever the bytes, the judge comes to an end and the relying party agrees with it", () => {
  const byte = fc.integer({ min: 0, max: 255 });
  const place = fc.nat({ max: 0xffff });
  const runs = { numRuns: 150 };

  it("random bytes as an authenticator, as a CMW, as Evidence, as claims", () => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 300 });
    fc.assert(fc.property(bytes, agree), runs);
    for (const at of ["extension.cmwData", "cmw.value", "evidence.payload"]) {
      fc.assert(
        fc.property(bytes, (value) => agree(exchange([{ at, op: "replace", value }]).built.authenticator)),
        { numRuns: 60 },
      );
    }
  });

  it("one byte of the authenticator altered", () => {
    fc.assert(
      fc.property(place, byte, (at, value) => agree(edited(built.authenticator, at, value))),
      runs,
    );
  });

  // The seals are made again: what the byte breaks is found by the step that reads it, and not by the first signature over it.
  it.each<[string, (value: Bytes) => Edits, Bytes]>([
    ["the CMW", (value) => [{ at: "extension.cmwData", op: "replace", value }], built.bytes("cmw")],
    ["the Evidence", (value) => [{ at: "cmw.value", op: "replace", value }], built.bytes("evidence-signature")],
    ["its claims", (value) => [{ at: "evidence.payload", op: "replace", value }], built.values.evidence?.payload ?? fromHex("")],
    [
      "the end-entity certificate",
      (value) => [{ at: "certificate.entries.0.certData", op: "replace", value }],
      pki("identity-p256").certificate,
    ],
    [
      "the certificate of the attestation key",
      (value) => [{ at: "evidence.unprotectedHeader.x5chain.value.0", op: "replace", value }],
      pki("attestation-p256").certificate,
    ],
  ])("one byte of %s altered", (_, edits, bytes) => {
    fc.assert(
      fc.property(place, byte, (at, value) => {
        const altered = edited(bytes, at, value);
        fc.pre(altered[at % bytes.length] !== bytes[at % bytes.length]);
        agree(exchange(edits(altered)).built.authenticator);
      }),
      runs,
    );
  });
});
