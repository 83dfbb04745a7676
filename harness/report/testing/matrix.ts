import { defaultProfile } from "../../attestation/profile.ts";
import type { Matrix, MatrixFooter, MatrixHeader, MatrixResult } from "../../matrix/records.ts";
import { outcomes } from "../../scenario/result.ts";

/** Matrices for tests of what is made of them. */

export const matrixHeader: MatrixHeader = {
  type: "matrix-header",
  format: 1,
  suite: { name: "expat-conformance", version: "0.2.0" },
  startedAt: "2026-01-02T03:04:05Z",
  seed: "s",
  profile: defaultProfile,
  implementations: [
    { name: "cocos", path: "iuts/cocos", version: "0.10.2" },
    { name: "reference", path: "reference", version: "0.2.0" },
    { name: "gnutls", path: "iuts/gnutls", version: "3.8", notBuilt: "not built: needs gcc" },
  ],
  exchanges: [
    {
      id: "interop/attests",
      title: "What the one attests the other accepts",
      kind: "positive",
      model: "background-check",
      requirements: ["expat-binding-verified"],
    },
  ],
};

/** An exchange that went as it must, with what is given put in its place. */
export function matrixResult(change: Partial<MatrixResult> = {}): MatrixResult {
  return {
    type: "matrix-result",
    attester: "reference",
    relyingParty: "cocos",
    direction: "attester/server",
    exchange: "interop/attests",
    instance: "interop/attests[server,sha256]",
    parameters: { cipherSuite: "TLS_AES_128_GCM_SHA256", signatureScheme: "p256" },
    outcome: "pass",
    detail: "",
    reproduce: "npx expat-conformance matrix --only 'interop/attests[server,sha256]'",
    ...change,
  };
}

/** A matrix of these results, with its footer. */
export function matrix(results: readonly MatrixResult[], header = matrixHeader): Matrix & { readonly footer: MatrixFooter } {
  const counts = Object.fromEntries(outcomes.map((outcome) => [outcome, results.filter((one) => one.outcome === outcome).length]));
  const pairs = new Set(results.map(({ attester, relyingParty }) => `${attester} ${relyingParty}`)).size;
  return { header, results, footer: { type: "matrix-footer", pairs, counts: counts as MatrixFooter["counts"], durationMs: 5 } };
}

/** The same as lines of a file. */
export function matrixText({ header, results, footer }: Matrix): string {
  return [header, ...results, ...(footer ? [footer] : [])].map((record) => `${JSON.stringify(record)}\n`).join("");
}
