import type { ComponentChildren, TargetedKeyboardEvent } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { PageText } from "../../harness/page/data.ts";
import { partsOf, type TranscriptField, type TreeNode, treeOf } from "./transcript.ts";
import { counted } from "./words.ts";

/** What was sent, message by message: its fields as a tree beside its bytes. */
export function Transcript({ text, file }: { text: PageText; file: string }) {
  const parts = useMemo(() => (typeof text === "object" ? partsOf(text) : []), [text]);
  if (text === undefined) return null;
  return (
    <section aria-labelledby="transcript">
      <h2 id="transcript">What was sent</h2>
      {text === "left-out" && (
        <p>
          The transcript is in <code>{file}</code>. This page has no room for it: transcripts of what failed come first.
        </p>
      )}
      {parts.map((part, index) =>
        part.kind === "text" ? (
          <pre key={index} class="said">
            {part.lines.join("\n")}
          </pre>
        ) : (
          <Message key={index} name={part.name} length={part.length} fields={part.fields} />
        ),
      )}
    </section>
  );
}

interface MessageProps {
  readonly name: string;
  readonly length: number;
  readonly fields: readonly TranscriptField[];
}

/** Bytes in a line. */
const ROW = 16;

/** A message: whichever of tree and bytes one points at or focuses, the other shows the same field. Arrow keys go through the tree. */
function Message({ name, length, fields }: MessageProps) {
  const [chosen, setChosen] = useState(0);
  const [pointed, setPointed] = useState<number>();
  const tree = useMemo(() => treeOf(fields), [fields]);
  const seen = pointed ?? chosen;
  const field = fields[seen];
  const [treeBox, hexBox] = [useRef<HTMLDivElement>(null), useRef<HTMLDivElement>(null)];
  // The pane that one points into does not move under the pointer.
  const [from, setFrom] = useState<"tree" | "hex">("tree");
  useEffect(() => reveal(from === "tree" ? hexBox.current : treeBox.current, seen), [seen, from]);
  const move = (event: TargetedKeyboardEvent<HTMLElement>): void => {
    const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, Home: -fields.length, End: fields.length };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = Math.min(fields.length - 1, Math.max(0, chosen + step));
    setChosen(next);
    event.currentTarget.querySelector<HTMLElement>(`[data-field="${next}"]`)?.focus();
  };
  const props = (index: number) => ({
    "data-field": index,
    class: index === seen ? "seen" : "",
    onMouseEnter: () => setPointed(index),
    onMouseLeave: () => setPointed(undefined),
    onClick: () => setChosen(index),
  });
  const button = (index: number, label: string): ComponentChildren => (
    <button
      type="button"
      {...props(index)}
      tabIndex={index === chosen ? 0 : -1}
      aria-pressed={index === chosen}
      onFocus={() => setChosen(index)}
      aria-label={`${fields[index]?.path ?? ""}${fields[index]?.note ? ` = ${fields[index].note}` : ""}, ${counted(fields[index]?.bytes.length ?? 0, "byte")}`}
    >
      {label}
    </button>
  );
  return (
    <section class="message" aria-label={`Message ${name}`}>
      <h3>
        {name} <small>{counted(length, "byte")}</small>
      </h3>
      <div class="both">
        {/* Arrow keys are taken where they bubble to: the buttons in it are what can be focused. */}
        <div
          ref={treeBox}
          class="tree"
          role="group"
          aria-label={`Fields of ${name}`}
          onKeyDown={move}
          onFocusCapture={() => setFrom("tree")}
          onMouseEnter={() => setFrom("tree")}
        >
          <Branch nodes={tree} button={button} />
        </div>
        <div ref={hexBox} class="hex" role="group" aria-label={`Bytes of ${name}`} tabIndex={0} onMouseEnter={() => setFrom("hex")}>
          <span class="offsets" aria-hidden="true">
            {Array.from({ length: Math.ceil(length / ROW) }, (_, row) => `${(row * ROW).toString(16).padStart(4, "0")}\n`).join("")}
          </span>
          <span>
            {fields.map(({ bytes, offset }, index) => (
              <span key={offset + index} {...props(index)}>
                {bytes.map((byte, at) => `${byte}${(offset + at) % ROW === ROW - 1 ? "\n" : " "}`).join("")}
              </span>
            ))}
          </span>
        </div>
      </div>
      <p class="field" role="status">
        {field && (
          <>
            <code>{field.path}</code>
            {field.note !== undefined && <> = {field.note}</>}: {counted(field.bytes.length, "byte")} from byte {field.offset} on
          </>
        )}
      </p>
    </section>
  );
}

function Branch({ nodes, button }: { nodes: readonly TreeNode[]; button: (index: number, label: string) => ComponentChildren }) {
  return (
    <ul>
      {nodes.map(({ name, field, children }, index) => (
        <li key={index}>
          {field === undefined ? <span class="group">{name}</span> : button(field, name)}
          {children.length > 0 && <Branch nodes={children} button={button} />}
        </li>
      ))}
    </ul>
  );
}

/** Scrolls a pane, and nothing around it, to where a field stands. */
function reveal(pane: HTMLElement | null, index: number): void {
  const field = pane?.querySelector<HTMLElement>(`[data-field="${index}"]`);
  if (!pane || !field) return;
  const top = field.getBoundingClientRect().top - pane.getBoundingClientRect().top;
  if (top < 0 || top > pane.clientHeight - LINE) pane.scrollTop += top - pane.clientHeight / 3;
}

const LINE = 24;
