import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { InputError } from "../input/input-error.ts";
import { observationsOf, observedReporter, observedText, readObserved } from "./observed.ts";
import { footer, header, result, scratch } from "./testing/records.ts";

const behaviour = (id: string) => ({ ambiguity: "cose-tag", id, title: "it does" });
const probe = (position: "relying-party/server" | "relying-party/client", id?: string) =>
  result({ check: "s/untagged", position, outcome: "observed", ...(id !== undefined && { behaviour: behaviour(id) }) });

describe("what was observed", () => {
  it("stands once for each behaviour, in the same order whatever that of the results was", () => {
    const results = [
      probe("relying-party/server", "refused"),
      probe("relying-party/client", "refused"),
      probe("relying-party/client", "accepted"),
    ];
    const expected = [
      { ambiguity: "cose-tag", check: "s/untagged", behaviour: "accepted", positions: ["relying-party/client"] },
      { ambiguity: "cose-tag", check: "s/untagged", behaviour: "refused", positions: ["relying-party/client", "relying-party/server"] },
    ];
    expect(observationsOf(results)).toEqual(expected);
    expect(observationsOf([...results].reverse())).toEqual(expected);
  });
  it("is nothing where a probe came to nothing that has a name", () => {
    expect(observationsOf([probe("relying-party/client"), result()])).toEqual([]);
  });
  it("is written at the end of a run, and can be read", () => {
    const file = scratch("observed.json");
    const reporter = observedReporter(file);
    reporter.begin(header);
    reporter.result(probe("relying-party/client", "refused"));
    reporter.end(footer([]), []);
    expect(readObserved(file)).toEqual({
      implementation: "cocos 1.2",
      observations: [{ ambiguity: "cose-tag", check: "s/untagged", behaviour: "refused", positions: ["relying-party/client"] }],
    });
    expect(readFileSync(file, "utf8")).toBe(observedText("cocos 1.2", readObserved(file).observations));
  });
  it("is not written of an aborted run, and an empty file is refused", () => {
    const file = scratch("observed.json");
    const reporter = observedReporter(file);
    reporter.begin(header);
    reporter.abort("interrupted");
    expect(() => readObserved(file)).toThrow(InputError);
    writeFileSync(file, '{"implementation":"x","observations":[{}]}');
    expect(() => readObserved(file)).toThrow(/observed\.json: observations\.0\.ambiguity/);
  });
});
