import { afterAll, describe, expect, it } from "vitest";
import { judge } from "../appraisal/appraise.ts";
import { cmwPayload } from "../attestation/payload.ts";
import { defaultProfile } from "../attestation/profile.ts";
import { buildRequest } from "../forge/build.ts";
import { greet } from "../iut/controlled.ts";
import { CLAIMS } from "../pki/claims.ts";
import { pki } from "../pki/test-pki.ts";
import { givenAttestation } from "../scenario/attestation-inputs.ts";
import { type CipherSuite, cipherSuites } from "../wire/code-points.ts";
import { decodeRequest } from "../wire/request.ts";
import { Reference } from "./reference.ts";

describe("the reference attester, judged", async () => {
  const driver = await greet(new Reference(), defaultProfile);
  afterAll(() => driver.stop());

  it.each(Object.keys(cipherSuites) as CipherSuite[])("passes every step under %s", async (cipherSuite) => {
    const connection = await driver.connect({ position: "attester/server", cipherSuite, record: false });
    const identity = pki("identity-p256");
    const { request } = buildRequest({
      sender: "client",
      profile: defaultProfile,
      certificateRequestContext: Buffer.from("abc"),
      signatureSchemes: [0x0403],
      attestation: true,
    });
    const { given, asked } = givenAttestation({ cmw: "cbor" }, { scheme: "p256", format: "eat-cwt", payload: cmwPayload }, identity);
    const answer = await connection.authenticate({
      request,
      identity: { chain: [...identity.chain], key: identity.pkcs8 },
      attestation: given,
    });
    if (!("value" in answer)) throw new Error(JSON.stringify(answer));
    const verdict = judge({
      connection: connection.channel,
      sender: "server",
      profile: defaultProfile,
      request: { bytes: request, decoded: decodeRequest(request) },
      authenticator: answer.value,
      trust: { pkix: [pki("identity-root-p256").certificate], attestation: [pki("attestation-root-p256").certificate], results: [] },
      policy: { attestation: "required", measurement: CLAIMS.measurement },
      now: new Date(),
      consumedContexts: new Set(),
      payload: cmwPayload,
      asked,
    });
    expect(verdict.results.filter(({ kind, step }) => kind !== "passed" && !step.startsWith("result"))).toEqual([]);
    await connection.close();
  });
});
