import { describe, expect, it } from "vitest";
import { runAll } from "../appraisal/finding.ts";
import { type RequestAppraisal, requestSteps } from "../appraisal/request-steps.ts";
import { defaultProfile } from "../attestation/profile.ts";
import { buildRequest } from "../forge/build.ts";
import { type Bytes, concat, fromHex, toHex, uint, utf8 } from "../wire/bytes.ts";
import { explainRequest } from "./explain.ts";
import { requestMistakes } from "./request-mistakes.ts";

const CONTEXT = utf8("the context that was asked for, and it is rather long");
const vector = (size: number, content: Bytes) => concat(uint(content.length, size), content);
const extension = (type: number, data: Bytes) => concat(uint(type, 2), vector(2, data));
const SCHEMES = extension(13, fromHex("000404030807"));
const OFFER = extension(0xff00, fromHex(""));
const right = concat(vector(1, CONTEXT), vector(2, concat(SCHEMES, OFFER)));
const request = (body: Bytes, type = 17) => concat(Uint8Array.of(type), vector(3, body));
const withExtensions = (...list: Bytes[]) => request(concat(vector(1, CONTEXT), vector(2, concat(...list))));
const withContext = (context: Bytes) => request(concat(vector(1, context), vector(2, concat(SCHEMES, OFFER))));

interface Row {
  readonly request: Bytes;
  readonly context?: "free";
  readonly earlier?: Bytes;
}

const rows: Record<string, Row> = {
  "request-structure/header-left-out": { request: right },
  "request-structure/in-a-record": { request: concat(fromHex("160303"), vector(2, request(right))) },
  "request-structure/as-text": { request: utf8(toHex(request(right))) },
  "request-structure/context-length-of-2": { request: request(concat(vector(2, CONTEXT), vector(2, concat(SCHEMES, OFFER)))) },
  "request-structure/context-left-out": { request: request(vector(2, concat(SCHEMES, OFFER))) },
  "request-structure/extensions-length-left-out": { request: request(concat(vector(1, CONTEXT), SCHEMES, OFFER)) },
  "request-structure/certificate-request-of-tls12": { request: request(fromHex("0201400004040308070000")) },
  "request-type/of-other-role": { request: request(right, 13) },
  "request-context/with-length-prefix": { request: withContext(vector(1, CONTEXT)) },
  "request-context/as-text": { request: withContext(utf8(toHex(CONTEXT))) },
  "request-context/truncated": { request: withContext(CONTEXT.subarray(0, 32)) },
  "request-context/always-empty": { request: withContext(fromHex("")), context: "free", earlier: fromHex("") },
  "request-context/constant": { request: request(right), context: "free", earlier: CONTEXT },
  "request-signature-algorithms/list-length-left-out": { request: withExtensions(extension(13, fromHex("04030807")), OFFER) },
  "request-signature-algorithms/list-length-of-1": { request: withExtensions(extension(13, fromHex("0404030807")), OFFER) },
  "request-signature-algorithms/under-signature-algorithms-cert": {
    request: withExtensions(extension(50, fromHex("000404030807")), OFFER),
  },
  "request-signature-algorithms/byte-order": { request: withExtensions(extension(13, fromHex("000403040708")), OFFER) },
  "request-signature-algorithms/own-list": { request: withExtensions(extension(13, fromHex("000408040805")), OFFER) },
  "request-offer/inner-length": { request: withExtensions(SCHEMES, extension(0xff00, fromHex("0000"))) },
  "request-offer/other-code-point": { request: withExtensions(SCHEMES, extension(0xffff, fromHex(""))) },
};

function named({ request: bytes, context, earlier }: Row): Record<string, string[]> {
  const state: RequestAppraisal = {
    sender: "client",
    profile: defaultProfile,
    request: bytes,
    asked: { signatureSchemes: [0x0403, 0x0807], attestation: true, context: context === "free" ? undefined : CONTEXT },
    earlierContexts: new Set(earlier ? [toHex(earlier)] : []),
  };
  const results = explainRequest(runAll(requestSteps, state), state);
  return Object.fromEntries(
    results.flatMap((result) =>
      result.kind === "finding" ? [[`request-${result.step}`, (result.mistakes ?? []).map(({ id }) => id)]] : [],
    ),
  );
}

describe("known mistakes in a request", () => {
  it("are all made here", () => {
    expect(Object.keys(rows).sort()).toEqual([...requestMistakes.values()].flatMap((table) => table.map(({ id }) => id)).sort());
  });

  it.each(Object.entries(rows))("%s is named, and nothing else", (name, row) => {
    expect(named(row)).toEqual({ [name.split("/")[0] ?? ""]: [name] });
  });

  it("a right request has none", () => {
    expect(named({ request: request(right) })).toEqual({});
    const built = buildRequest({
      sender: "client",
      profile: defaultProfile,
      certificateRequestContext: CONTEXT,
      signatureSchemes: [0x0403, 0x0807],
      attestation: true,
    });
    expect(built.request).toEqual(Buffer.from(request(right)));
  });

  it.each([
    ["nothing", fromHex("")],
    ["one that is cut short", request(right).subarray(0, 40)],
    ["nonsense", fromHex("deadbeef00112233")],
  ])("of %s nothing is named", (_, bytes) => {
    expect(named({ request: bytes })).toEqual({ "request-structure": [] });
  });
});
