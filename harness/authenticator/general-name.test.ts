import { describe, expect, it } from "vitest";
import { fromHex, utf8 } from "../wire/bytes.ts";
import { Reader } from "../wire/reader.ts";
import { derElement } from "./der.ts";
import { distinguishedName, sameName, withinName } from "./distinguished-name.ts";
import { generalName, sameForm, withinSubtree } from "./general-name.ts";

const element = (hex: string) => derElement(new Reader(fromHex(hex), "test"));
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const tagged = (tag: string, content: string) => `${tag}${(content.length / 2).toString(16).padStart(2, "0")}${content}`;

/** A Name of single attributes, as [OID under 2.5.4, tag of the string, content]. */
function name(...attributes: [number, string, Uint8Array][]) {
  const relative = attributes.map(([type, tag, text]) =>
    tagged("31", tagged("30", `06035504${type.toString(16).padStart(2, "0")}${tagged(tag, hexOf(text))}`)),
  );
  return distinguishedName(element(tagged("30", relative.join(""))));
}
const COMMON_NAME = 3;
const ORGANISATION = 10;

describe("distinguished names (RFC 5280 section 7.1)", () => {
  it("match whatever the case, the spaces and the kind of string are", () => {
    const one = name([ORGANISATION, "0c", utf8("Acme  Corp")], [COMMON_NAME, "13", utf8("root")]);
    expect(sameName(one, name([ORGANISATION, "13", utf8(" ACME corp ")], [COMMON_NAME, "1e", fromHex("0052006f006f0074")]))).toBe(true);
    expect(sameName(one, name([ORGANISATION, "0c", utf8("Acme Corp")], [COMMON_NAME, "0c", utf8("rooted")]))).toBe(false);
    expect(sameName(one, name([COMMON_NAME, "0c", utf8("Acme Corp")], [ORGANISATION, "0c", utf8("root")]))).toBe(false);
  });

  it("do not match where one goes on, but stand in the other's subtree then", () => {
    const short = name([ORGANISATION, "0c", utf8("Acme")]);
    const long = name([ORGANISATION, "0c", utf8("acme")], [COMMON_NAME, "0c", utf8("root")]);
    expect(sameName(short, long)).toBe(false);
    expect([withinName(long, short), withinName(short, long)]).toEqual([true, false]);
    expect(sameName(name(), name())).toBe(true);
  });

  it("hold other types of value as they are", () => {
    const bits = name([COMMON_NAME, "03", fromHex("0041")]);
    expect(bits).toEqual(["550403=#03020041"]);
    expect(sameName(bits, name([COMMON_NAME, "03", fromHex("0061")]))).toBe(false);
  });
});

describe("names in subtrees (RFC 5280 section 4.2.1.10)", () => {
  const dns = (text: string) => generalName(element(tagged("82", hexOf(utf8(text)))));
  const address = (hex: string) => generalName(element(tagged("87", hex)));
  const mail = (text: string) => generalName(element(tagged("81", hexOf(utf8(text)))));

  it.each([
    ["host.example.com", "host.example.com", true],
    ["www.HOST.example.com", "host.Example.com", true],
    ["host1.example.com", "host.example.com", false],
    ["badexample.com", "example.com", false],
    ["example.com", "host.example.com", false],
    ["anything", "", true],
    ["www.example.com", ".example.com", true],
    ["example.com", ".example.com", false],
  ])("DNS name %s below %s: %s", (one, base, within) => {
    expect(withinSubtree(dns(one), dns(base))).toBe(within);
  });

  it.each([
    ["c0000201", "c0000200ffffff00", true],
    ["c0000301", "c0000200ffffff00", false],
    ["c0000201", "00000000".repeat(2), true],
    ["20010db8".padEnd(32, "0"), `${"20010db8".padEnd(32, "0")}${"ffffffff".padEnd(32, "0")}`, true],
    ["20010db9".padEnd(32, "0"), `${"20010db8".padEnd(32, "0")}${"ffffffff".padEnd(32, "0")}`, false],
  ])("address %s in %s: %s", (one, base, within) => {
    expect(withinSubtree(address(one), address(base))).toBe(within);
  });

  it("directory names go by their first relative names", () => {
    const directory = (text: string) =>
      generalName(element(tagged("a4", tagged("30", tagged("31", tagged("30", `060355040a${tagged("0c", hexOf(utf8(text)))}`))))));
    expect(withinSubtree(directory("Acme"), directory("acme"))).toBe(true);
    expect(withinSubtree(directory("Acme"), directory("Other"))).toBe(false);
  });

  it("constraints of one form say nothing of another, nor those of IPv4 of IPv6", () => {
    expect(sameForm(dns("a"), address("c0000200ffffff00"))).toBe(false);
    expect(sameForm(address("c0000201"), address("00".repeat(32)))).toBe(false);
    expect(sameForm(address("c0000201"), address("c0000200ffffff00"))).toBe(true);
  });

  it("a form that is not compared here is one of which nothing is said", () => {
    expect(sameForm(mail("a@example.com"), mail("example.com"))).toBe(true);
    expect(sameForm(mail("a@example.com"), generalName(element("86022f2f")))).toBe(false);
    expect(withinSubtree(mail("a@example.com"), mail("example.com"))).toBeUndefined();
  });
});
