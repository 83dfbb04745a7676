import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromHex, toHex, utf8 } from "../wire/bytes.ts";
import { type Cmw, type CmwItem, decodeCmw, encodeCmw, leavesOf, MAX_CMW_DEPTH, tagOfContentFormat } from "./cmw.ts";

const hexOf = (text: string) => Buffer.from(text).toString("hex");
const type = "tag:example.com,2024:composite-attester";

describe("the collections of draft-ietf-rats-msg-wrap section 5", () => {
  // cddl/collection-example-1.diag: a record with a Content-Format, a tag, a record with a media type, under integers.
  const cborExample = fromHex(
    `a4 68${hexOf("__cmwc_t")} 7827${hexOf(type)} 00 8319fde7442347da5504 01 da6374ffe6442347da55 02 8373${hexOf("application/eat+jwt")}444c69347508`.replaceAll(
      " ",
      "",
    ),
  );

  it("in CBOR is read to its leaves, and written as it was", () => {
    const cmw = decodeCmw(cborExample);
    expect(cmw).toMatchObject({ form: "collection", encoding: "cbor", collectionType: type });
    const value = new Uint8Array(fromHex("2347da55"));
    expect(leavesOf(cmw)).toEqual([
      { path: [0], form: "record", encoding: "cbor", type: 64999, value, indicator: 4 },
      { path: [1], form: "tag", encoding: "cbor", type: 64999, value, indicator: null },
      {
        path: [2],
        form: "record",
        encoding: "cbor",
        type: "application/eat+jwt",
        value: new Uint8Array(fromHex("4c693475")),
        indicator: 8,
      },
    ]);
    expect(toHex(encodeCmw(cmw))).toBe(toHex(cborExample));
  });

  // cddl/collection-example-2.json, without its white space.
  it("in JSON likewise", () => {
    const example = `{"__cmwc_t":"${type}","attester A":["application/eat-ucs+json","e30K",4],"attester B":["application/eat-ucs+cbor","oA",4]}`;
    const cmw = decodeCmw(utf8(example));
    expect(leavesOf(cmw).map(({ path, type, value }) => [path, type, toHex(value)])).toEqual([
      [["attester A"], "application/eat-ucs+json", "7b7d0a"],
      [["attester B"], "application/eat-ucs+cbor", "a0"],
    ]);
    expect(Buffer.from(encodeCmw(cmw)).toString()).toBe(example);
    expect(decodeCmw(utf8(example.replaceAll(',"', ' ,\n\t"')))).toEqual(cmw);
  });

  it.each([
    ["an OID", "2.5.2.8192"],
    ["a URN", "urn:example:a"],
    ["a URI with a query", "https://example.com/?a=b"],
  ])("have a type that is %s", (_, name) => {
    expect(decodeCmw(utf8(`{"__cmwc_t":${JSON.stringify(name)},"a":["a/b","AA"]}`))).toMatchObject({ collectionType: name });
  });

  it.each([
    ["a type that is a relative reference", '{"__cmwc_t":"../a","a":["a/b","AA"]}', /absolute URI or an OID/],
    ["a type that is a relative OID", '{"__cmwc_t":"8571.3.2","a":["a/b","AA"]}', /absolute URI or an OID/],
    ["a type with a fragment", '{"__cmwc_t":"urn:a:b#c","a":["a/b","AA"]}', /absolute URI or an OID/],
    ["a type that is a record", '{"__cmwc_t":["a/b","AA"],"a":["a/b","AA"]}', /absolute URI or an OID/],
    ["no item", "{}", /at least one CMW/],
    ["a type and no item", '{"__cmwc_t":"urn:a:b"}', /at least one CMW/],
    ["an empty collection within", '{"a":["a/b","AA"],"b":{}}', /^b: expected at least one CMW/],
    ["a record that is wrong, two levels down", '{"a":{"b":["a/b"]}}', /^a \/ b: expected an array of type, value/],
    ["an item that is text", '{"a":"b"}', /^a: expected a record, a tag or a collection/],
    ["a label twice", '{"a":["a/b","AA"],"a":["a/b","AA"]}', /repeat map key "a", at byte 17/],
  ])("are refused with %s", (_, json, reason) => expect(() => decodeCmw(utf8(json))).toThrow(reason));
});

describe("any CMW", () => {
  const value = fc.uint8Array({ maxLength: 40 });
  const mediaType = fc.stringMatching(/^[a-z]{1,8}\/[a-z.+-]{1,12}$/);
  const indicator = fc.option(fc.integer({ min: 1, max: 0xffffffff }));
  const tag = fc.record({
    form: fc.constant("tag"),
    encoding: fc.constant("cbor"),
    tag: fc.nat({ max: 65024 }).map(tagOfContentFormat),
    value,
  });
  const record = (encoding: "cbor" | "json") =>
    fc.record({
      form: fc.constant("record"),
      encoding: fc.constant(encoding),
      type: encoding === "cbor" ? fc.oneof(mediaType, fc.nat({ max: 0xffff })) : mediaType,
      // In JSON a value has one character at least.
      value: encoding === "cbor" ? value : value.filter(({ length }) => length > 0),
      indicator,
    });
  const label = (encoding: "cbor" | "json") =>
    encoding === "cbor" ? fc.oneof(fc.string(), fc.integer({ min: -(2 ** 32), max: 2 ** 32 - 1 })) : fc.string();
  const tree = (encoding: "cbor" | "json", depth: number): fc.Arbitrary<Cmw> => {
    const leaf = (encoding === "cbor" ? fc.oneof(record(encoding), tag) : record(encoding)) as fc.Arbitrary<Cmw>;
    if (depth === 0) return leaf;
    const item = fc.tuple(label(encoding), tree(encoding, depth - 1)).filter(([name]) => name !== "__cmwc_t");
    const items = fc
      .uniqueArray(item, { minLength: 1, maxLength: 4, selector: ([name]) => name })
      .map((list): CmwItem[] => list.map(([name, cmw]) => ({ name: String(name), label: name, cmw })));
    const collectionType = fc.constantFrom(null, "urn:example:a", "1.2.3");
    const form = fc.constant("collection" as const);
    return fc.oneof(leaf, fc.record({ form, encoding: fc.constant(encoding), collectionType, items }));
  };
  // Bytes are compared as bytes: a decoder may give a Buffer.
  const plain = (cmw: Cmw): unknown =>
    cmw.form === "collection"
      ? { ...cmw, items: cmw.items.map((item) => ({ ...item, cmw: plain(item.cmw) })) }
      : { ...cmw, value: toHex(cmw.value) };

  it.each(["cbor", "json"] as const)("in %s comes back as it was written", (encoding) => {
    fc.assert(
      fc.property(tree(encoding, 3), (cmw) => {
        expect(plain(decodeCmw(encodeCmw(cmw)))).toEqual(plain(cmw));
      }),
      { numRuns: 300 },
    );
  });

  it("that is a tag names the Content-Format that its number was made of (RFC 9277 appendix B)", () => {
    fc.assert(
      fc.property(fc.nat({ max: 65024 }), (contentFormat) => {
        const cmw: Cmw = { form: "tag", encoding: "cbor", tag: tagOfContentFormat(contentFormat), value: fromHex("00") };
        expect(leavesOf(cmw)[0]?.type).toBe(contentFormat);
      }),
    );
    // The first and the last of the range in section 3.2.
    expect(tagOfContentFormat(0)).toBe(1668546817);
    expect(tagOfContentFormat(65024)).toBe(1668612095);
    // A number that ends in a zero byte is made of none.
    expect(() => decodeCmw(fromHex("da637402004100"))).toThrow(/found 1668547072/);
  });

  it(`is read ${MAX_CMW_DEPTH} collections deep, and no deeper`, () => {
    const nested = (depth: number): Cmw =>
      depth === 0
        ? { form: "record", encoding: "json", type: "a/b", value: fromHex("00"), indicator: null }
        : { form: "collection", encoding: "json", collectionType: null, items: [{ name: "a", label: "a", cmw: nested(depth - 1) }] };
    expect(leavesOf(decodeCmw(encodeCmw(nested(MAX_CMW_DEPTH))))).toHaveLength(1);
    expect(() => decodeCmw(encodeCmw(nested(MAX_CMW_DEPTH + 1)))).toThrow(/no deeper than 8/);
  });

  it.each([
    ["base64url-padded", '["a/b","-_8="]'],
    ["base64", '["a/b","+/8="]'],
    ["verbatim", '["a/b","ab"]'],
    ["base64url", '["a/b","-_8"]'],
  ] as const)("in JSON can be written with its value as %s", (valueAs, expected) => {
    const value = valueAs === "verbatim" ? utf8("ab") : fromHex("fbff");
    const cmw: Cmw = { form: "record", encoding: "json", type: "a/b", value, indicator: null, valueAs };
    expect(Buffer.from(encodeCmw(cmw)).toString()).toBe(expected);
  });
});
