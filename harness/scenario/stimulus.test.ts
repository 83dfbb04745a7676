import { describe, expect, it } from "vitest";
import type { Driver, IutConnection } from "../iut/driver.ts";
import { Reference } from "../reference/reference.ts";
import { drive, runCases } from "../testing/run-cases.ts";

type Validate = IutConnection["validate"];

/** A harness with a defect: all but the first authenticator, which is that of the control, go through `alter` in place of the driver. */
async function broken(alter: (validate: Validate, ask: Parameters<Validate>[0]) => ReturnType<Validate>): Promise<Driver> {
  const driver = await drive(new Reference());
  const connect = driver.connect.bind(driver);
  let asked = 0;
  driver.connect = async (options) => {
    const connection = await connect(options);
    const validate = connection.validate.bind(connection);
    return Object.assign(connection, {
      validate: (ask: Parameters<Validate>[0]) => (asked++ === 0 ? validate(ask) : alter(validate, ask)),
    });
  };
  return driver;
}

const losingABit = () =>
  broken((validate, { authenticator, ...ask }) => {
    const other = Uint8Array.from(authenticator);
    other[other.length - 1] = (other.at(-1) ?? 0) ^ 1;
    return validate({ ...ask, authenticator: other });
  });

const writingNothing = () => broken(async () => ({ refused: {} }));

const NEGATIVE = "rfc9261/5.2.1-path/untrusted-root[client]";

describe("what reached the implementation is what was made", () => {
  it("other bytes on the wire are an error of the harness", async () => {
    const results = await runCases((id) => id === NEGATIVE, losingABit);
    expect(results.map(({ outcome }) => outcome)).toEqual(["harness-error"]);
    expect(results[0]?.detail).toMatch(/StimulusError: other bytes were written than were made/);
  });

  it("a refusal of what never came is an error of the harness", async () => {
    const results = await runCases((id) => id === NEGATIVE, writingNothing);
    expect(results.map(({ outcome }) => outcome)).toEqual(["harness-error"]);
    expect(results[0]?.detail).toMatch(/StimulusError: the authenticator of \d+ bytes was never written to the connection/);
  });
});

describe("the record of a case", () => {
  it("says of one that varies its control in its inputs which they are", async () => {
    const [result] = await runCases((id) => id === NEGATIVE);
    expect(result?.stimulus).toMatchObject({
      otherwise: [expect.stringMatching(/^authenticate\.identity: /)],
      messages: [{ message: "authenticator", madeBy: "harness", delivered: "received", instead: [] }],
    });
    expect(result?.stimulus?.messages[0]?.altered).toBeUndefined();
  });

  it("says of a replay that the message was handed over before", async () => {
    const [result] = await runCases((id) => id === "rfc9261/7-api/replayed[client]");
    const [first, second] = result?.stimulus?.messages ?? [];
    expect(second).toEqual({ ...first, instead: ["handed over before"] });
  });

  it("says of what is spliced where it comes from", async () => {
    const [result] = await runCases((id) => id === "expat/5-binding/evidence-of-earlier-exchange[client]");
    expect(result?.stimulus?.messages.at(-1)?.altered?.edits).toEqual(["cmw.value is replaced, with fresh.evidence-signature.bytes"]);
  });
});
