import { createPublicKey, sign, verify } from "node:crypto";
import { describe, expect, it } from "vitest";
import { EVIDENCE_PROFILE } from "../attestation/evidence-eat.ts";
import type { EvidenceFormat } from "../attestation/format.ts";
import { attestationFormats } from "../attestation/formats.ts";
import { type Claims, type Envelope, type Field, type TokenContent, TokenError } from "../attestation/token.ts";
import type { BuildInput } from "../forge/authenticator-values.ts";
import { buildAuthenticator } from "../forge/build.ts";
import type { Mutation } from "../forge/mutation.ts";
import { CLAIMS } from "../pki/claims.ts";
import { pki } from "../pki/test-pki.ts";
import { exchange } from "../testing/exchange.ts";
import { type Bytes, concat, fromHex, uint, utf8, view } from "../wire/bytes.ts";
import { judge, validate } from "./appraise.ts";
import type { AppraisalInput } from "./state.ts";

/**
 * Adding a format touches no other module: here is one that the suite has never heard of, neither CBOR nor JSON. Strings with a length of
 * two bytes each: of the chain, then of the claims (name and value in turn), then the signature.
 */
const strings = (...parts: readonly Bytes[]) => concat(...parts.flatMap((part) => [uint(part.length, 2), part]));

function split(bytes: Bytes): Bytes[] {
  const parts: Bytes[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 2 + (at + 2 <= bytes.length ? view(bytes).readUInt16BE(at) : 0);
    if (end > bytes.length || at + 2 > bytes.length) throw new TokenError(`expected a string, found the end at byte ${at}`);
    parts.push(bytes.subarray(at + 2, end));
    at = end;
  }
  return parts;
}

const bare: Envelope = {
  encodeClaims: (claims: readonly Field[]) =>
    strings(...claims.flatMap(({ label, value }) => [utf8(String(label)), value instanceof Uint8Array ? value : utf8(String(value))])),
  readClaims(payload): Claims {
    const parts = split(payload);
    const find = (label: string | number) => parts.find((_, at) => view(parts[at - 1] ?? fromHex("")).toString() === label && at % 2 === 1);
    const none = () => undefined;
    const text = (label: string | number) => {
      const found = find(label);
      return found && view(found).toString();
    };
    return {
      bytes: find,
      text,
      number: none,
      map: none,
      has: (label) => find(label) !== undefined,
      maps: () => [],
      size: parts.length / 2,
    };
  },
  compose: (payload, key, chain): TokenContent => ({
    protectedHeader: [{ name: "chain", label: "chain", value: [...chain] }],
    payload,
    key,
  }),
  signedContent: ({ payload }) => payload,
  sign: ({ key, payload }) => sign("sha256", payload, key),
  isSignature: ({ key, payload }, signature) => verify("sha256", payload, createPublicKey(key), signature),
  encode({ protectedHeader, payload }, signature) {
    const chain = protectedHeader.flatMap(({ value }) => value as Bytes[]);
    return strings(strings(...chain), payload, signature);
  },
  open(bytes) {
    const [chain, payload, signature] = split(bytes);
    if (!chain || !payload || !signature) throw new TokenError("expected chain, payload and signature");
    const algorithm = { keyType: "ec", digest: "sha256" } as const;
    return {
      chain: split(chain),
      algorithmName: "ECDSA in DER",
      algorithm,
      signedContent: payload,
      signature,
      payload,
      contentType: undefined,
    };
  },
};

const bareEvidence: EvidenceFormat = {
  name: "bare",
  mediaType: "application/x-bare-evidence",
  contentFormat: 65001,
  model: "background-check",
  envelope: bare,
  claimFields: (claims) => [
    ...Object.entries(claims).map(([name, value]) => ({ name, label: name, value: value as Bytes })),
    { name: "eatProfile", label: "profile", value: EVIDENCE_PROFILE },
  ],
  open(bytes) {
    const token = bare.open(bytes);
    const claims = bare.readClaims(token.payload);
    const [nonce, aikPubHash, ueid, measurement] = ["nonce", "aikPubHash", "ueid", "measurement"].map((name) => claims.bytes(name));
    return { ...token, eatProfile: claims.text("profile"), claims: { nonce, aikPubHash, ueid, measurement }, issuedAt: undefined };
  },
};

/** An exchange with Evidence of that format, and how the judge sees it. */
function outcome(
  edits: readonly (Omit<Mutation, "reseal"> & { readonly reseal?: Mutation["reseal"] })[],
  change: Partial<AppraisalInput> = {},
) {
  const { input, appraisal } = exchange();
  if (input.attestation === null) throw new Error("no attestation");
  const { key, chain } = pki("attestation-p256");
  const message = { format: bareEvidence, ...CLAIMS, key, chain };
  const attested: BuildInput = { ...input, attestation: { ...input.attestation, message } };
  const { authenticator } = buildAuthenticator(
    attested,
    edits.map((edit) => ({ reseal: true, ...edit })),
  );
  const asked = { cmw: "cbor", model: "background-check", mediaType: bareEvidence.mediaType, ...CLAIMS } as const;
  const judged = { ...appraisal, authenticator, formats: [...attestationFormats, bareEvidence], asked, ...change };
  const { results } = judge(judged);
  return {
    findings: results.filter(({ kind }) => kind === "finding").map(({ step }) => step),
    passed: results.filter(({ kind }) => kind === "passed").map(({ step }) => step),
    validated: validate(judged),
  };
}

describe("a format that is defined here and nowhere else", () => {
  it("passes every step of the background check, and is reported by its media type", () => {
    const { findings, passed, validated } = outcome([]);
    expect(findings).toEqual([]);
    expect(passed).toEqual(expect.arrayContaining(["cmw", "evidence-signature", "binding", "aik-hash", "claims", "policy"]));
    expect(validated).toMatchObject({
      accepted: { attestation: { model: "background-check", mediaType: "application/x-bare-evidence" } },
    });
  });

  it.each<[string, Parameters<typeof outcome>[0]]>([
    ["evidence-signature", [{ at: "evidence-signature.signature", op: "flip" }]],
    ["evidence-signature", [{ at: "claims.ueid.value", op: "flip", reseal: ["certificate-verify", "finished"] }]],
    ["evidence-signature", [{ at: "cmw.value", op: "truncate", by: 1 }]],
    ["binding", [{ at: "claims.nonce.value", op: "flip" }]],
    ["aik-hash", [{ at: "claims.aikPubHash", op: "drop" }]],
    ["claims", [{ at: "claims.ueid.value", op: "flip" }]],
  ])("is found by %s where it is altered", (step, edits) => {
    const { findings, validated } = outcome(edits);
    expect(findings[0]).toBe(step);
    expect(validated).toMatchObject({ refused: { step } });
  });

  it("is known by its Content-Format too", () => {
    expect(outcome([{ at: "cmw.type", op: "replace", value: 65001 }]).findings).toEqual([]);
    expect(outcome([{ at: "cmw.type", op: "replace", value: 65002 }]).findings).toEqual(["cmw"]);
  });

  it("is unknown to one that does not list it", () => {
    const { findings } = outcome([], { formats: attestationFormats });
    expect(findings).toEqual(["cmw"]);
  });
});
