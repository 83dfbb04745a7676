import { defaultProfile } from "../../attestation/profile.ts";
import { messageText } from "../../example/message-text.ts";
import { stepExample } from "../../example/step-example.ts";
import type { Implementation, Matrix, MatrixResult } from "../../matrix/records.ts";
import { outcomes } from "../../scenario/result.ts";

/**
 * A made-up matrix for tests of the page: alpha conforms, beta sends authenticators that are wrong under SHA-384, gamma accepts what is bound to
 * another connection and cannot do EAT as JWT, delta was not built.
 */

const hello = (name: string, url?: string): NonNullable<Implementation["hello"]> => ({
  protocol: 1,
  name,
  version: "1.0",
  language: "Go 1.26",
  tls: "crypto/tls",
  concurrency: 4,
  ...(url !== undefined && { url }),
  supports: {
    positions: ["attester/server", "attester/client", "relying-party/server", "relying-party/client"],
    cipherSuites: ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384"],
    signatureSchemes: [0x0403],
    models: ["background-check", "passport"],
    evidence: ["application/eat+cwt", "application/eat+jwt"],
    results: ["application/eat+jwt"],
    features: ["empty-authenticator"],
  },
});

export const implementations: Matrix["header"]["implementations"] = [
  { name: "alpha", path: "iuts/alpha", version: "1.0", hello: hello("alpha", "https://example.org/alpha") },
  { name: "beta", path: "iuts/beta", version: "0.3.1", hello: hello("beta") },
  { name: "gamma", path: "iuts/gamma", version: "2.0-rc1", hello: hello("gamma") },
  { name: "delta", path: "iuts/delta", version: "unknown", notBuilt: "not built: needs cargo" },
];

export const exchanges: Matrix["header"]["exchanges"] = [
  {
    id: "interop/authenticators/answers",
    title: "An authenticator that answers a request is accepted",
    kind: "positive",
    requirements: ["rfc9261-certificate-context"],
  },
  {
    id: "interop/attestation/attests",
    title: "Evidence for this connection is accepted",
    kind: "positive",
    model: "background-check",
    requirements: ["expat-binding-verified"],
  },
  {
    id: "interop/attestation/result",
    title: "An Attestation Result for this connection is accepted",
    kind: "positive",
    model: "passport",
    requirements: ["expat-binding-verified"],
  },
  {
    id: "interop/attestation/relayed",
    title: "Genuine Evidence of another connection is refused",
    why: "This is the relay attack, which has happened in deployed systems.",
    kind: "negative",
    model: "background-check",
    requirements: ["expat-binding-no-replay"],
  },
];

/** The text of a right exchange, as a transcript has it. */
export function transcript(): string {
  const example = stepExample("binding");
  if (example === undefined) throw new Error("the step `binding` has no example");
  const lines = example.right.messages.flatMap((message, index) => [
    "",
    `harness, connection 0 sends message ${index + 1}`,
    ...messageText(message, { room: 16, whole: true }),
  ]);
  return `Evidence for this connection is accepted\n${lines.map((line) => line.trimEnd()).join("\n")}\n`;
}

const suites = [
  { short: "sha256", cipherSuite: "TLS_AES_128_GCM_SHA256" },
  { short: "sha384", cipherSuite: "TLS_AES_256_GCM_SHA384" },
] as const;
const formats = ["eat-cwt", "eat-jwt"] as const;

/** The matrix; `change` may alter each result, and `whole: false` leaves the footer out. */
export function matrixOf({ whole = true, change = (result: MatrixResult) => result } = {}): Matrix {
  const text = transcript();
  const built = implementations.filter(({ notBuilt }) => notBuilt === undefined).map(({ name }) => name);
  const results = built.flatMap((attester) =>
    built.flatMap((relyingParty) =>
      (["attester/server", "attester/client"] as const).flatMap((direction) =>
        exchanges.flatMap(({ id, model }) =>
          suites.flatMap(({ short, cipherSuite }) =>
            (model === undefined ? [undefined] : formats).map((format) => {
              const parameters = [direction.slice("attester/".length), short, ...(format ? [format] : [])];
              const instance = `${id}[${parameters.join(",")}]`;
              return change({
                type: "matrix-result",
                attester,
                relyingParty,
                direction,
                exchange: id,
                instance,
                parameters: { cipherSuite, signatureScheme: "ecdsa_secp256r1_sha256", ...(format && { format }) },
                ...came(attester, relyingParty, id, short, format),
                transcript: text,
                capture: `${attester}-with-${relyingParty}-${instance.replace(/[^A-Za-z0-9]+/g, "-").replace(/-$/, "")}.pcapng`,
                reproduce: `npx expat-conformance matrix --iut iuts/${attester} --iut iuts/${relyingParty} --only '${instance}'`,
              });
            }),
          ),
        ),
      ),
    ),
  );
  const counts = Object.fromEntries(outcomes.map((one) => [one, results.filter(({ outcome }) => outcome === one).length]));
  return {
    header: {
      type: "matrix-header",
      format: 1,
      suite: { name: "expat-conformance", version: "0.3.0" },
      startedAt: "2026-01-02T03:04:05Z",
      seed: "s",
      profile: defaultProfile,
      implementations,
      exchanges,
    },
    results,
    footer: whole
      ? {
          type: "matrix-footer",
          pairs: built.length * built.length * 2,
          counts: counts as NonNullable<Matrix["footer"]>["counts"],
          durationMs: 1,
        }
      : undefined,
  };
}

type Came = Pick<MatrixResult, "outcome" | "detail" | "expected" | "found" | "blame" | "disclosure">;

function came(attester: string, relyingParty: string, id: string, suite: string, format: string | undefined): Came {
  if ([attester, relyingParty].includes("gamma") && format === "eat-jwt") {
    return { outcome: "unsupported", detail: "no common capability: gamma does not declare application/eat+jwt" };
  }
  const evidence = (implementation: string, check: string, requirements: string[]) => [
    {
      implementation,
      check,
      instance: `${check}[server,${suite}]`,
      outcome: "fail" as const,
      requirements,
      detail: "expected a refusal, found acceptance",
      reproduce: `npx expat-conformance run --iut iuts/${implementation} --only '${check}[server,${suite}]'`,
    },
  ];
  if (id.endsWith("/relayed") && relyingParty === "gamma") {
    return {
      outcome: "fail",
      detail: "expected a refusal, found acceptance",
      expected: "a refusal",
      found: "acceptance",
      blame: {
        verdict: "relying-party-accepted-invalid",
        text: "gamma accepted what is invalid: Evidence made for another connection is refused (expat, 5.1)",
        evidence: evidence("gamma", "expat/5-binding/relayed-from-other-connection", ["expat-binding-no-replay"]),
      },
      disclosure: "reported to the maintainers on 2026-01-01",
    };
  }
  if (attester === "beta" && suite === "sha384" && !id.endsWith("/relayed")) {
    return {
      outcome: "fail",
      detail: "CertificateVerify does not verify",
      expected: "acceptance",
      found: "a refusal: the signature does not verify",
      blame: {
        verdict: "attester-sent-invalid",
        text: "beta sent what is invalid: CertificateVerify is made with the hash of the cipher suite (RFC 9261, 5.2.2)",
        evidence: evidence("beta", "rfc9261/5-authenticate/answers#certificate-verify", ["rfc9261-certificate-verify"]),
      },
    };
  }
  return { outcome: "pass", detail: id.endsWith("/relayed") ? "refused" : "accepted" };
}
