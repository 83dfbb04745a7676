import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { InputError } from "./input-error.ts";
import { writeWhole } from "./whole-file.ts";

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "expat-whole-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

it("writes a file, or another in its place, and leaves nothing beside it", () => {
  const at = folder();
  const file = join(at, "a.txt");
  writeWhole(file, "one\n");
  expect(readFileSync(file, "utf8")).toBe("one\n");
  writeWhole(file, "two\n");
  expect(readFileSync(file, "utf8")).toBe("two\n");
  expect(readdirSync(at)).toEqual(["a.txt"]);
});

it("keeps links and devices what they are", () => {
  const at = folder();
  writeFileSync(join(at, "a.txt"), "one\n");
  symlinkSync(join(at, "a.txt"), join(at, "link"));
  writeWhole(join(at, "link"), "two\n");
  expect(readFileSync(join(at, "a.txt"), "utf8")).toBe("two\n");
  symlinkSync("/dev/null", join(at, "null"));
  writeWhole(join(at, "null"), "gone\n");
  expect(readFileSync("/dev/null", "utf8")).toBe("");
  expect(readdirSync(at)).toEqual(["a.txt", "link", "null"]);
});

it("says why it cannot, and leaves nothing", () => {
  const at = folder();
  mkdirSync(join(at, "sub"));
  writeFileSync(join(at, "file"), "");
  expect(() => writeWhole(join(at, "none", "a.txt"), "x")).toThrow(InputError);
  expect(() => writeWhole(join(at, "none", "a.txt"), "x")).toThrow(/none\/a\.txt: cannot be written: its folder does not exist$/);
  expect(() => writeWhole(join(at, "sub"), "x")).toThrow(/cannot be written: it is a folder$/);
  expect(() => writeWhole(join(at, "file", "a.txt"), "x")).toThrow(/a file$/);
  expect(readdirSync(at)).toEqual(["file", "sub"]);
  expect(existsSync(join(at, "none"))).toBe(false);
});
