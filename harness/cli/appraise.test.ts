import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { packageRoot } from "../paths.ts";
import { appraisalSchema, vectorsRunSchema } from "../recordings/report.ts";
import { cli, fakeShim, temporaryFolder } from "../testing/cli.ts";

const exchanges = join(packageRoot, "vectors", "exchanges.json");
const RIGHT = "exchanges/background-check-server/right";
const RELAYED = "exchanges/background-check-server/relayed";

function written(name: string, content: unknown): string {
  const file = join(temporaryFolder(), name);
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
  return file;
}

it("appraise ends with 0 where nothing is found, and prints steps and values", async () => {
  const { code, stdout, stderr } = await cli(["appraise", exchanges, "--id", RIGHT]);
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/passed +finished/);
  expect(stdout).toMatch(/binding {2}binding = Hash[^\n]*\n +[0-9a-f]{64}\n/);
  expect(stdout).toMatch(/nothing found; of \d+ steps \d+ passed, 0 not judged/);
});

it("appraise ends with 1 where a step finds something, names the place and, with --explain, the statements", async () => {
  const { code, stdout } = await cli(["appraise", exchanges, "--id", RELAYED, "--explain"]);
  expect(code).toBe(1);
  expect(stdout).toMatch(/FINDING +binding/);
  expect(stdout).toMatch(
    /First divergence\n {2}certificate\.entries\.0\.extensions: nonce: byte \d+ of the message, byte \d+ of the field\n/,
  );
  expect(stdout).toMatch(/statement +expat-binding-verified: /);
});

it("appraise ends with 2 for bad input, tells its place, and judges the other files all the same", async () => {
  const odd = written("odd.json", { kind: "request", inputs: { sender: "client" }, output: { request: "abc" } });
  const { code, stdout } = await cli(["appraise", odd, "/there/is/none.json", exchanges, "--id", RIGHT]);
  expect(code).toBe(2);
  expect(stdout).toContain(`${odd}: id: expected the id ${RIGHT}, found nothing`);
  expect(stdout).toContain("/there/is/none.json: no such file");
  expect(stdout).toMatch(/exchanges\.json: nothing found/);
  const alone = await cli(["appraise", odd]);
  expect([alone.code, alone.stdout]).toEqual([
    2,
    `${odd}: output.request: expected bytes as lower-case hexadecimal of even length, found "abc"\n`,
  ]);
});

it("appraise --json is what its schema says", async () => {
  const { code, stdout } = await cli(["appraise", "--json", exchanges]);
  expect(code).toBe(1);
  const [file] = appraisalSchema.parse(JSON.parse(stdout));
  const { numberOfVectors } = JSON.parse(readFileSync(exchanges, "utf8")) as { numberOfVectors: number };
  expect(file?.recordings).toHaveLength(numberOfVectors);
  expect(file?.recordings.find(({ id }) => id === RELAYED)?.divergence?.byteOfField).not.toBeNull();
});

it("vectors run asks the reference, and says what needs a channel", async () => {
  const files = ["exchanges", "bindings"].map((topic) => join(packageRoot, "vectors", `${topic}.json`));
  const { code, stdout } = await cli(["vectors", "run", ...files]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/appraise {2}\d+ right, 0 wrong/);
  expect(stdout).toMatch(/not run: 66 vectors of parts of messages/);
  const json = await cli(["vectors", "run", "--json", ...files]);
  expect(vectorsRunSchema.parse(JSON.parse(json.stdout))).toMatchObject({ needChannel: 66, problems: [] });
});

it("vectors run ends with 1 where an answer is wrong, with 3 where nothing can be asked, and with 2 for bad input", async () => {
  const wrong = await cli(["vectors", "run", "--iut", fakeShim("accepts-every-recording"), exchanges]);
  expect([wrong.code, wrong.stdout.includes("FAIL exchanges/")]).toEqual([1, true]);
  expect((await cli(["vectors", "run", join(packageRoot, "vectors", "bindings.json")])).code).toBe(3);
  expect((await cli(["vectors", "run", written("none.json", "{")])).code).toBe(2);
});
