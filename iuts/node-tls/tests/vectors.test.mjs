// @ts-check
// The published vectors: what is right is accepted, or made byte by byte, and what is wrong refused.
import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { test } from "node:test";
import { Refusal } from "../authenticator/refusal.mjs";
import { contextOfRequest, readRequest } from "../authenticator/request.mjs";
import { entity, optionalBytes, session, vectors } from "./published.mjs";

/** @param {"client" | "server"} side */
const otherSide = (side) => (side === "client" ? "server" : "client");

for (const topic of ["authenticators", "empty-and-spontaneous", "transcript"]) {
  for (const { id, kind, inputs, output, valid, flags } of vectors(topic)) {
    if (kind !== "authenticator") continue;
    test(`${id}: ${valid ? "accepted" : flags.join()}`, () => {
      const end = session(inputs, otherSide(inputs.sender));
      const anchors = inputs.trust.pkix.map((/** @type {string} */ root) => Buffer.from(root, "hex"));
      const authenticator = Buffer.from(output.authenticator, "hex");
      const validate = () => end.validate(optionalBytes(inputs.request), authenticator, anchors, new Date(inputs.now));
      // Of a context that was consumed the recording tells; here the first validation consumes it.
      if (flags.includes("Replayed")) validate();
      if (valid) assert.ok(validate().chain.length > 0);
      else assert.throws(validate, Refusal);
    });
  }
}

for (const { id, kind, inputs, output, valid } of vectors("empty-and-spontaneous")) {
  if (kind !== "empty") continue;
  test(`${id}: the empty authenticator of the request is ${valid ? "this one" : "another one"}`, () => {
    const made = session(inputs, inputs.sender).authenticate(Buffer.from(inputs.request, "hex"), undefined);
    assert.equal(made.toString("hex") === output.authenticator, valid);
    assert.throws(
      () => session(inputs, otherSide(inputs.sender)).validate(Buffer.from(inputs.request, "hex"), made, [], new Date()),
      Refusal,
    );
  });
}

test("an authenticator of Ed25519 is made byte by byte", () => {
  const right = vectors("authenticators").filter(({ id }) => /-ed25519\/right$/.test(id));
  assert.equal(right.length, 3);
  for (const { inputs, output } of right) {
    const leaf = entity("identity-ed25519");
    const chain = [leaf.certificate, entity("identity-intermediate-ed25519").certificate];
    const identity = { chain, key: createPrivateKey({ key: leaf.key, format: "der", type: "pkcs8" }) };
    const made = session(inputs, inputs.sender).authenticate(Buffer.from(inputs.request, "hex"), identity);
    assert.equal(made.toString("hex"), output.authenticator);
  }
});

// The other flags speak of what the sender was to ask for, which a receiver does not know (notes of the file).
const TO_BE_REFUSED = new Set(["Structure", "TrailingBytes", "Length", "WrongType", "NoSchemes", "SchemeList", "ExtensionTwice"]);

for (const { id, inputs, output, flags } of vectors("requests")) {
  const refused = flags.some((flag) => TO_BE_REFUSED.has(flag));
  test(`${id}: ${refused ? "refused" : "read"}`, () => {
    const bytes = Buffer.from(output.request, "hex");
    if (refused) assert.throws(() => readRequest(bytes, inputs.sender), Refusal);
    else assert.deepEqual(contextOfRequest(bytes), readRequest(bytes, inputs.sender).context);
  });
}
