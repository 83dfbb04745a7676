import { Tokenizer } from "cborg";
import { Tokenizer as JsonTokenizer } from "cborg/json";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { pki } from "../pki/test-pki.ts";
import { type Bytes, concat, fromHex, utf8 } from "../wire/bytes.ts";
import { decodeCbor } from "./cbor.ts";
import { CmwError, decodeCmw } from "./cmw.ts";
import { coseSign1 } from "./cose-sign1.ts";
import { MAX_NESTING } from "./guarded.ts";
import { decodeJson, toBase64url } from "./json.ts";
import { jwsCompact } from "./jws.ts";
import { TokenError } from "./token.ts";

/** `hex`, `times` over: no input here is larger than what cmw_data can hold, 65529 bytes, unless it says so. */
const repeated = (hex: string, times: number) => fromHex(hex.repeat(times));
const text = (part: string, times: number) => utf8(part.repeat(times));

/** Work is counted in tokens that were read, which does not depend on the machine. */
let tokens = 0;
beforeEach(() => {
  tokens = 0;
  for (const prototype of [Tokenizer.prototype, JsonTokenizer.prototype]) {
    const next = prototype.next;
    vi.spyOn(prototype, "next").mockImplementation(function (this: Tokenizer) {
      tokens++;
      return next.call(this as never);
    });
  }
});
afterEach(() => vi.restoreAllMocks());

describe("what is nested without end costs no more than the limit, and is refused where it passes it", () => {
  it.each<[string, (bytes: Bytes) => unknown, Bytes, number]>([
    ["65529 arrays in CBOR", decodeCbor, repeated("81", 65529), 64],
    ["65529 arrays of indefinite length", decodeCbor, repeated("9f", 65529), 64],
    ["32764 maps in CBOR", decodeCbor, repeated("a100", 32764), 128],
    ["65529 tags", decodeCbor, repeated("c6", 65529), 64],
    ["16382 tags in arrays", decodeCbor, repeated("8181c6c6", 16382), 64],
    ["a collection in a collection, 21843 times", decodeCmw, repeated("a16161", 21843), 192],
    ["a record in a record", decodeCmw, concat(repeated("8200", 32764), fromHex("00")), 128],
    ["1048576 arrays in JSON", decodeJson, text("[", 1048576), 64],
    ["13105 objects in JSON", decodeJson, text('{"a":', 13105), 320],
    ["65529 brackets as a CMW", decodeCmw, text("[", 65529), 64],
    ["13105 collections in JSON", decodeCmw, text('{"a":', 13105), 320],
  ])("%s", (_, read, bytes, at) => {
    expect(() => read(bytes)).toThrow(`more than ${MAX_NESTING} levels of nesting, at byte ${at}`);
    expect(tokens).toBeLessThanOrEqual(2 * MAX_NESTING + 1);
  });

  it("and what stands just within the limit is read", () => {
    expect(() => decodeCbor(concat(repeated("81", MAX_NESTING), fromHex("00")))).not.toThrow();
    expect(() => decodeJson(utf8("[".repeat(MAX_NESTING) + "]".repeat(MAX_NESTING)))).not.toThrow();
    expect(() => decodeCmw(concat(repeated("a16161", 8), fromHex("8219fde74100")))).not.toThrow();
    expect(() => decodeCmw(concat(repeated("a16161", 9), fromHex("8219fde74100")))).toThrow(/no deeper than 8/);
  });
});

describe("a length that lies is refused where it stands, before anything is set aside for it", () => {
  it.each([
    ["an array of 2^32-1 items", "9affffffff", "4294967295 items announced and 0 bytes left, at byte 0"],
    ["a map of 2^31 entries", "ba80000000", "4294967296 items announced and 0 bytes left, at byte 0"],
    ["an array of 2^53-1 items", "9b001fffffffffffff", "9007199254740991 items announced and 0 bytes left, at byte 0"],
    ["an array of 2^64-1 items", "9bffffffffffffffff", "at byte 0"],
    ["a byte string of 2^32-1 bytes, in an array", "825affffffff", "not enough data for type, at byte 1"],
    ["a byte string of 2^64-1 bytes", "5bffffffffffffffff", "at byte 0"],
    ["a text string of 2^31 bytes", "7a80000000", "not enough data for type, at byte 0"],
    ["three items of which there are two", "830000", "3 items announced and 2 bytes left, at byte 0"],
    ["a map whose last value is missing", "a20001020300".slice(0, 8), "4 items announced and 3 bytes left, at byte 0"],
    ["the last value of an inner array", "8282000182", "at byte 4"],
  ])("%s", (_, hex, reason) => {
    expect(() => decodeCbor(fromHex(hex))).toThrow(reason);
    expect(tokens).toBeLessThanOrEqual(5);
  });
});

describe("what two readers would read differently is refused, with the byte", () => {
  it.each([
    ["an integer key twice", "a2010a010b", 'found repeat map key "1", at byte 3'],
    ["an integer key twice, once in two bytes", "a2010a18010b", 'found repeat map key "1", at byte 3'],
    ["a text key twice", "a26161006161 01".replace(" ", ""), 'found repeat map key "a", at byte 4'],
    ["a key of bytes twice", "a2410100410101", "the key 01 twice, at byte 4"],
    ["a key of bytes twice in a map within", "81a2410100410101", "the key 01 twice, at byte 5"],
    ["a break in place of a value", "a101ff", "a break out of place, at byte 2"],
    ["a break behind a key", "bf01ff", "a break out of place, at byte 2"],
    ["a break in an array of known length", "8201ff", "a break out of place, at byte 2"],
    ["a break in a tag", "9fc6ffff", "a break out of place, at byte 2"],
    ["text that is no UTF-8", "8162c328", "text that is no UTF-8, at byte 1"],
    ["text that is no UTF-8, with a length in a byte", "7819c3".padEnd(54, "41"), "text that is no UTF-8, at byte 0"],
    ["a reserved length", "811c", "at byte 1"],
    ["bytes behind the item", "0000", "1 bytes behind the end, at byte 1"],
    ["nothing", "", "at byte 0"],
  ])("CBOR: %s", (_, hex, reason) => expect(() => decodeCbor(fromHex(hex))).toThrow(reason));

  it.each([
    ["a name twice", '{"a":1,"a":2}', 'found repeat map key "a", at byte 6'],
    ["a name twice, once escaped", '{"a":1,"\\u0061":2}', 'found repeat map key "a", at byte 6'],
    ["something behind", '{"a":1} x', "1 bytes behind the end, at byte 8"],
    ["a comma too many", '["a",]', "at byte 4"],
    ["no end", '["a"', "at byte 4"],
    ["a number that is none", "[01]", "at byte 2"],
    ["nothing", "", "at byte 0"],
  ])("JSON: %s", (_, json, reason) => expect(() => decodeJson(utf8(json))).toThrow(reason));

  it("JSON: bytes that are no UTF-8", () => {
    expect(() => decodeJson(concat(utf8('["aé'), fromHex("ff"), utf8('"]')))).toThrow("text that is no UTF-8, at byte 5");
    expect(() => decodeJson(concat(utf8('["'), fromHex("efbf"), utf8('"]')))).toThrow("text that is no UTF-8, at byte 4");
  });

  it("and the same key in two maps, or as a value, is no duplicate", () => {
    expect(() => decodeCbor(fromHex("82a1410100a1410100"))).not.toThrow();
    expect(() => decodeCbor(fromHex("a24101410141024101"))).not.toThrow();
    expect(() => decodeCbor(fromHex("bf410100ff"))).not.toThrow();
  });
});

describe("what is wide is read in one pass", () => {
  it.each<[string, (bytes: Bytes) => unknown, Bytes]>([
    ["65526 integers in an array", decodeCbor, concat(fromHex("99fff6"), repeated("00", 65526))],
    ["32763 empty arrays of indefinite length", decodeCbor, concat(fromHex("9f"), repeated("9fff", 32763), fromHex("ff"))],
    ["65526 empty maps", decodeCbor, concat(fromHex("99fff6"), repeated("a0", 65526))],
    ["32764 numbers in JSON", decodeJson, utf8(`[${"1,".repeat(32763)}1]`)],
  ])("%s", (_, read, bytes) => {
    expect(() => read(bytes)).not.toThrow();
    expect(tokens).toBeLessThanOrEqual(bytes.length);
  });

  it("a number of 60000 digits, and integers that no number holds, are no reason to fall over", () => {
    expect(() => decodeCmw(utf8(`["a/b",${"9".repeat(60000)}]`))).toThrow(CmwError);
    expect(() => decodeCmw(utf8(`["a/b","AA",${"9".repeat(60000)}]`))).toThrow(/expected an indicator/);
    expect(() => decodeCmw(fromHex("821bffffffffffffffff4100"))).toThrow(/found 18446744073709551615/);
    expect(() => decodeCmw(fromHex("82811bffffffffffffffff4100"))).toThrow(/found \["18446744073709551615"\]/);
    expect(() => decodeCmw(fromHex("82c61bffffffffffffffff4100"))).toThrow(/found tag 6/);
    expect(() => decodeCmw(fromHex("dbffffffffffffffff4100"))).toThrow(CmwError);
  });
});

describe("tokens", () => {
  const { key, chain } = pki("attestation-p256");
  const bomb = { cbor: concat(repeated("81", 20000), fromHex("00")), json: utf8("[".repeat(20000) + "]".repeat(20000)) };

  it("are refused where their headers or claims are bombs, by the step that reads them", () => {
    const content = coseSign1.compose(bomb.cbor, key, chain);
    const opened = coseSign1.open(coseSign1.encode(content, coseSign1.sign(content)));
    expect(() => coseSign1.readClaims(opened.payload)).toThrow(TokenError);
    expect(() => coseSign1.readClaims(opened.payload)).toThrow("claims: more than 64 levels of nesting, at byte 64");
    expect(() => coseSign1.open(concat(fromHex("d28459"), fromHex("4e21"), bomb.cbor, fromHex("a0404100")))).toThrow(
      "protected header: more than 64 levels",
    );
    expect(() => jwsCompact.readClaims(bomb.json)).toThrow("claims: more than 64 levels of nesting, at byte 64");
    expect(() => jwsCompact.open(utf8(`${toBase64url(bomb.json)}..`))).toThrow("JWS header: more than 64 levels of nesting, at byte 64");
  });

  it("of 65529 dots are refused without a part for each", () => {
    const split = vi.spyOn(String.prototype, "split");
    expect(() => jwsCompact.open(text(".", 65529))).toThrow(/three parts/);
    expect(Math.max(...split.mock.results.map(({ value }) => (value as string[]).length))).toBeLessThanOrEqual(4);
  });
});
