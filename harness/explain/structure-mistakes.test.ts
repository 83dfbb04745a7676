import { describe, expect, it } from "vitest";
import { type Edits, exchange } from "../testing/exchange.ts";
import { named } from "../testing/mistakes.ts";
import { type Bytes, concat, fromHex, toHex, uint, utf8, view } from "../wire/bytes.ts";
import { frameMistakes, parseMistakes } from "./structure-mistakes.ts";

const right = exchange();
const { appraisal, built } = right;
const whole = built.authenticator;
const messages = [built.bytes("certificate"), built.bytes("certificate-verify"), built.bytes("finished")] as const;
const [certificate, certificateVerify, finished] = messages;
const each = (change: (message: Bytes) => Bytes) => concat(...messages.map(change));

const frames: Record<string, Bytes> = {
  "messages-in-other-order": concat(certificateVerify, certificate, finished),
  "headers-left-out": each((message) => message.subarray(4)),
  "header-length-counts-header": each((message) => concat(message.subarray(0, 1), uint(message.length, 3), message.subarray(4))),
  "in-records": each((message) => concat(fromHex("160303"), uint(message.length, 2), message)),
  "length-of-2-before": concat(uint(whole.length, 2), whole),
  "length-of-3-before": concat(uint(whole.length, 3), whole),
  "length-of-4-before": concat(uint(whole.length, 4), whole),
  "as-text": utf8(`${toHex(whole)}\n`),
  "bytes-behind-finished": concat(whole, fromHex("00")),
  "finished-left-out": concat(certificate, certificateVerify),
  "certificate-verify-left-out": concat(certificate, finished),
  "certificate-left-out": concat(certificateVerify, finished),
};

describe("known mistakes in the frame", () => {
  it("are all made here", () => {
    expect(Object.keys(frames).sort()).toEqual(frameMistakes.map(({ id }) => id.slice("frame/".length)).sort());
  });

  it.each(Object.entries(frames))("%s is named, and nothing else", (name, authenticator) => {
    expect(named({ ...appraisal, authenticator })).toEqual({ frame: [`frame/${name}`] });
  });

  it("base64 is text as well", () => {
    expect(named({ ...appraisal, authenticator: utf8(view(whole).toString("base64")) })).toEqual({ frame: ["frame/as-text"] });
  });

  it.each([
    ["nothing at all", fromHex("")],
    ["one that is cut short", whole.subarray(0, 100)],
    ["an empty authenticator", finished],
    ["text of something else", utf8("hello")],
  ])("of %s nothing is named", (_, authenticator) => {
    expect(named({ ...appraisal, authenticator })).toEqual({ frame: [] });
  });
});

const vector = (size: number, content: Bytes) => concat(uint(content.length, size), content);
const message = (type: number, body: Bytes) => concat(Uint8Array.of(type), vector(3, body));
const context = vector(1, utf8("the context"));
const chain = built.values.certificate.entries.map(({ certData }) => certData);
const bare = concat(...chain.map((certData) => vector(3, certData)));
const entries = concat(...chain.map((certData) => concat(vector(3, certData), fromHex("0000"))));
const signature = built.values["certificate-verify"]?.signature ?? fromHex("");

const bodies: Record<string, { readonly certificate?: Bytes; readonly verify?: Bytes }> = {
  "certificate-of-tls12": { certificate: vector(3, bare) },
  "context-left-out": { certificate: vector(3, entries) },
  "entry-extensions-left-out": { certificate: concat(context, vector(3, bare)) },
  "context-length-of-2": { certificate: concat(vector(2, utf8("the context")), vector(3, entries)) },
  "list-length-of-2": { certificate: concat(context, vector(2, entries)) },
  "list-length-left-out": { certificate: concat(context, entries) },
  "certificate-list-empty": { certificate: concat(context, fromHex("000000")) },
  "scheme-left-out": { verify: vector(2, signature) },
  "signature-length-left-out": { verify: concat(fromHex("0403"), signature) },
};

function withBody({ certificate: body, verify }: { readonly certificate?: Bytes; readonly verify?: Bytes }): Bytes {
  return concat(body ? message(11, body) : certificate, verify ? message(15, verify) : certificateVerify, finished);
}

describe("known mistakes in the messages", () => {
  it("are all made here", () => {
    expect(Object.keys(bodies).sort()).toEqual(parseMistakes.map(({ id }) => id.slice("parse/".length)).sort());
  });

  it.each(Object.entries(bodies))("%s is named, and nothing else", (name, body) => {
    // What cannot be read leaves nothing for the later steps; what can is judged on, and its MAC was made for other bytes.
    expect(named({ ...appraisal, authenticator: withBody(body) })["parse"]).toEqual([`parse/${name}`]);
  });

  it.each<[string, Edits]>([
    ["a length of a certificate that is wrong by one", [{ at: "certificate.entries.0.certData.length", op: "add", by: 1 }]],
    ["a length of a signature that is wrong by one", [{ at: "certificate-verify.signature.length", op: "add", by: -1 }]],
  ])("of %s nothing is named", (_, edits) => {
    expect(named(exchange(edits).appraisal)).toEqual({ parse: [] });
  });
});
