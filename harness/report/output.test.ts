import { execFileSync } from "node:child_process";
import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { InputError } from "../input/input-error.ts";
import { jsonLinesReporter } from "./jsonl.ts";
import { junitReporter } from "./junit.ts";
import { openOutput } from "./output.ts";
import { oneLine, printable } from "./printable.ts";
import { type Reporter, together } from "./reporter.ts";
import { tapReporter } from "./tap.ts";
import { footer, header, result, scratch } from "./testing/records.ts";

describe("an output", () => {
  it("holds what was written before it is closed", () => {
    const file = scratch("x");
    const output = openOutput(file);
    output.write("ä");
    expect(readFileSync(file, "utf8")).toBe("ä");
    output.close();
  });
  it.each([jsonLinesReporter, tapReporter, junitReporter])("that cannot be opened is refused before anything runs: %o", (reporter) => {
    const missing = `${scratch("missing")}/r`;
    expect(() => reporter(missing)).toThrow(InputError);
    expect(() => reporter(missing)).toThrow(`${missing}: cannot be opened for writing: its folder does not exist`);
    expect(() => reporter("/")).toThrow("/: cannot be opened for writing: it is a folder");
  });
  it("that is full says so", () => {
    const output = openOutput("/dev/full");
    expect(() => output.write("x")).toThrow("/dev/full: cannot be written: no space left");
    output.close();
  });
  it("may be a pipe, whose reader may go before the end", () => {
    const fifo = scratch("fifo");
    execFileSync("mkfifo", [fifo]);
    // Opened for both, so that opening one end does not wait for the other.
    const reader = openSync(fifo, "r+");
    const output = openOutput(fifo);
    output.write("first");
    const read = Buffer.alloc(5);
    readSync(reader, read);
    expect(read.toString()).toBe("first");
    closeSync(reader);
    expect(() => output.write("second")).not.toThrow();
    output.close();
  });
});

describe("printable", () => {
  it.each([
    ["\u001b[31mred", "\\u001b[31mred"],
    ["a\r\nb\tc", "a\nb\tc"],
    ["\u0000\u007f\u009b", "\\u0000\\u007f\\u009b"],
    ["\ud800x😀", "\\ud800x😀"],
    ["\ufffe\u2028", "\\ufffe\\u2028"],
    ["plain <&> ü", "plain <&> ü"],
  ])("%j", (text, expected) => expect(printable(text)).toBe(expected));
  it("goes on one line", () => expect(oneLine(" a\n b\u0007 ")).toBe("a b\\u0007"));
});

describe("reporters together", () => {
  it("are called in their order", () => {
    const calls: string[] = [];
    const named = (name: string): Reporter => ({
      begin: () => void calls.push(`${name} begin`),
      result: ({ instance }) => void calls.push(`${name} ${instance}`),
      end: (_, notices) => void calls.push(`${name} end ${notices.length}`),
      abort: (reason) => void calls.push(`${name} ${reason}`),
    });
    const both = together([named("a"), named("b")]);
    both.begin(header);
    both.result(result({ instance: "i" }));
    both.end(footer([]), []);
    both.abort("r");
    expect(calls).toEqual(["a begin", "b begin", "a i", "b i", "a end 0", "b end 0", "a r", "b r"]);
  });
});
