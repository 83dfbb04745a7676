import { readFileSync, writeFileSync } from "node:fs";
import { decodeCertificate, decodeFrame, getContext } from "../../../dist/harness/wire/authenticator.js";

/**
 * Faults of shim.mjs that verify nothing: what they accept is decided by when it comes. They report what stands in the authenticator, as
 * one does that has verified it.
 */

const REFUSED = { refused: { code: "other" } };

function accepted({ authenticator }) {
  try {
    const bytes = Buffer.from(authenticator, "hex");
    const { entries } = decodeCertificate(decodeFrame(bytes).certificate);
    const chain = entries.map(({ certData }) => Buffer.from(certData).toString("hex"));
    return { accepted: { context: Buffer.from(getContext(bytes)).toString("hex"), chain, attested: false } };
  } catch {
    return REFUSED;
  }
}

/** Decides by `accepts` alone, which is given the parameters and the number of the validation. */
function deciding(accepts) {
  let validations = 0;
  return {
    answers(answer, { method, params }) {
      if (method !== "validate") return answer;
      const { error, ...rest } = answer;
      return { ...rest, result: accepts(params, validations++) ? accepted(params) : REFUSED };
    },
  };
}

/** Accepts what has a key that it has not seen. */
function firstOf(key) {
  const seen = new Set();
  return deciding((params) => {
    const name = key(params);
    if (seen.has(name)) return false;
    seen.add(name);
    return true;
  });
}

// What a control and the cases that vary it have in common: so the first is the control, and the others are what must be refused.
const shape = ({ request, trust, policy }) => [request === null, JSON.stringify(trust), JSON.stringify(policy)].join();

let longest = Number.POSITIVE_INFINITY;
let table;

export const orderFaults = {
  "accepts-the-first-twenty": deciding((_, number) => number < 20),
  "accepts-every-other": deciding((_, number) => number % 2 === 0),
  "accepts-the-first-of-a-channel": firstOf(({ channel }) => channel),
  "accepts-the-first-of-a-request": firstOf(({ request }) => request),
  "accepts-the-first-of-a-kind": firstOf(shape),
  "refuses-the-longer": deciding(({ authenticator }) => {
    if (authenticator.length > longest) return false;
    longest = authenticator.length;
    return true;
  }),
  // Right itself, and writes down what it decides, for the next one.
  "writes-a-table": {
    begin() {
      table = [];
    },
    answers(answer, { method }) {
      if (method === "validate") table.push("accepted" in answer.result);
      if (method === "bye") writeFileSync(process.env.EXPAT_TABLE, JSON.stringify(table));
      return answer;
    },
  },
  "answers-from-a-table": {
    begin() {
      table = JSON.parse(readFileSync(process.env.EXPAT_TABLE, "utf8"));
    },
    ...deciding((_, number) => table[number]),
  },
};
