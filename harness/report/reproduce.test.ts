import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { reproduceCommand } from "./reproduce.ts";

it("quotes what a shell would take apart, and nothing else", () => {
  expect(reproduceCommand({ iut: "iuts/cocos", instance: "expat/5-binding/binding-altered[server,sha256]" })).toBe(
    "npx expat-conformance run --iut iuts/cocos --only 'expat/5-binding/binding-altered[server,sha256]'",
  );
  expect(reproduceCommand({ iut: "reference", endpoint: "localhost:4433", instance: "a/b" })).toBe(
    "npx expat-conformance run --iut reference --endpoint localhost:4433 --only a/b",
  );
  expect(reproduceCommand({ iut: "x", endpoint: true, instance: "a/b" })).toBe("npx expat-conformance run --iut x --endpoint --only a/b");
});

it.each(["a b", "#x", "it's", "$HOME", "`id`", "a#b[c]", "*", "~", "", 'a"b', "a\\b", "a;b", "a\nb"])(
  "a shell reads %j back as it was",
  (iut) => {
    const command = reproduceCommand({ iut, instance: "a#b[server]" }).replace(/^npx expat-conformance/, "printf '%s\\0'");
    const words = execFileSync("/bin/sh", ["-c", command], { encoding: "utf8" }).split("\0").slice(0, -1);
    expect(words).toEqual(["run", "--iut", iut, "--only", "a#b[server]"]);
  },
);
