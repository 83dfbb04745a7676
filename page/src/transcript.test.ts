import { describe, expect, it } from "vitest";
import { messageText } from "../../harness/example/message-text.ts";
import { stepExample } from "../../harness/example/step-example.ts";
import { transcript } from "../../harness/page/testing/matrix-records.ts";
import { partsOf, treeOf } from "./transcript.ts";

const messages = stepExample("binding")?.right.messages ?? [];

describe("a transcript", () => {
  it("gives every field of every message again, with its bytes", () => {
    expect(messages.length).toBeGreaterThan(3);
    const parts = partsOf(transcript().split("\n")).filter((part) => part.kind === "message");
    expect(parts.map(({ name }) => name)).toEqual(messages.map(({ name }) => name));
    for (const [index, { fields }] of messages.entries()) {
      const again = parts[index]?.fields ?? [];
      expect(again.map(({ bytes }) => bytes.join(""))).toEqual(fields.map(({ bytes }) => Buffer.from(bytes).toString("hex")));
      const names = again.map(({ path, note }) => (note === undefined ? path : `${path}, ${note}`));
      expect(names).toEqual(fields.map(({ path, note }) => (note === undefined ? path : `${path} = ${note}`).replace(/ = |: /, ", ")));
      let offset = 0;
      for (const field of again) {
        expect(field.offset).toBe(offset);
        offset += field.bytes.length;
      }
    }
  });

  it("is left as text where it is no message, or not all of one", () => {
    const [first] = messages;
    if (first === undefined) throw new Error("the example has no messages");
    // The last field has no bytes: it could be left out.
    const lines = messageText(first, { room: 16, whole: true });
    expect(partsOf(["said", "", ...lines.slice(0, -2), "end"])).toEqual([
      { kind: "text", lines: ["said", "", ...lines.slice(0, -2), "end"] },
    ]);
    // Only the first bytes of each field: what is beside the tree would not be the message.
    const cut = messages.flatMap((message) => messageText(message, { room: 4 }));
    expect(partsOf(cut).filter(({ kind }) => kind === "message").length).toBeLessThan(messages.length);
  });

  it("has its fields as a tree: a length under its field, and each field once", () => {
    const [request] = partsOf(transcript().split("\n")).filter((part) => part.kind === "message");
    const tree = treeOf(request?.fields ?? []);
    const context = tree.find(({ name }) => name === "certificateRequestContext");
    expect(context?.field).toBeDefined();
    expect(context?.children.map(({ name }) => name)).toEqual(["length = 21"]);
    const all = (nodes: typeof tree): number[] =>
      nodes.flatMap(({ field, children }) => [...(field === undefined ? [] : [field]), ...all(children)]);
    expect(all(tree).toSorted((a, b) => a - b)).toEqual(request?.fields.map((_, index) => index));
  });
});
