import { expect, it } from "vitest";
import { stepExample } from "../example/step-example.ts";
import { plainPalette } from "../report/palette.ts";
import { allChecks, loadLibrary } from "../scenario/load.ts";
import { explanationText } from "./explain-text.ts";

const check = allChecks(loadLibrary()).find(({ id }) => id === "rfc9261/5-authenticate/answers#finished");
const example = stepExample("finished");
if (check === undefined || example === undefined) throw new Error("there is no such check, or no example of its step");

it.each([
  [undefined, 16],
  [100, 16],
  [99, 8],
  [60, 8],
])("at the width %s a line shows %i bytes, and what differs is marked below them", (width, bytes) => {
  const lines = explanationText({ check, statements: [], mistakes: [], example }, { palette: plainPalette, width });
  const at = lines.findIndex((line) => line.startsWith("      - ") && line.includes("verifyData  (32 bytes)"));
  const [right, wrong, marks] = lines.slice(at, at + 3).map((line) => line.slice(8).split(/ {2}|…/)[0] ?? "");
  expect(right).toMatch(new RegExp(`^([0-9a-f]{2} ){${bytes - 1}}[0-9a-f]{2}$`));
  expect(wrong).toHaveLength(right?.length ?? 0);
  expect(marks).toMatch(/^\^\^/);
  expect(marks?.length).toBeLessThanOrEqual(right?.length ?? 0);
});
