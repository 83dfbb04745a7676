import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import type { PageRequirement } from "../../harness/page/data.ts";
import type { Entry } from "./model.ts";
import { hashOf } from "./place.ts";
import { counted, number, outcomeWords, type Tone } from "./words.ts";

/** Small parts that the views share. */

/** A word with its sign and colour; the sign is decoration, the word says it. */
export function Chip({ tone, sign, children }: { tone: Tone; sign: string; children: ComponentChildren }) {
  return (
    <span class={`chip ${tone}`}>
      <span aria-hidden="true">{sign}</span> {children}
    </span>
  );
}

/** What came of a result, with what a baseline says of it. */
export function OutcomeChip({ verdict: { outcome, expectation } }: Pick<Entry, "verdict">) {
  const { word, sign, tone } = outcomeWords[outcome];
  const known =
    outcome !== "pass" && expectation === "expected" && (outcome === "fail" || outcome === "blocked" || outcome === "inconclusive");
  const added = known ? ", known" : expectation === "stale" ? ", stale baseline" : expectation === "new" ? ", new check" : "";
  return (
    <Chip tone={tone} sign={sign}>
      {word}
      {added}
    </Chip>
  );
}

/** A wide table in a box that scrolls by itself, and can be reached by the keyboard for that. */
export function Wide({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <section class="wide" aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}

/** The caption of a wide table; it stays where it can be read when the table scrolls. */
export function Caption({ children }: { children: ComponentChildren }) {
  return (
    <caption>
      <span>{children}</span>
    </caption>
  );
}

/** A button that copies a text. Where the browser does not let it, the text is shown, selected, to be copied by hand. */
export function Copy({ label, text }: { label: string; text: () => string }) {
  const [state, setState] = useState<"" | "copied" | "by-hand">("");
  const area = useRef<HTMLTextAreaElement>(null);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text());
      setState("copied");
    } catch {
      setState("by-hand");
      requestAnimationFrame(() => area.current?.select());
    }
  };
  return (
    <span class="copy">
      <button type="button" onClick={copy}>
        {label}
      </button>
      <span role="status">{state === "copied" ? "Copied" : state === "by-hand" ? "Copy the selected text:" : ""}</span>
      {state === "by-hand" && <textarea ref={area} aria-label={label} readOnly rows={8} value={text()} />}
    </span>
  );
}

/** A command with its button. */
export function Command({ text }: { text: string }) {
  return (
    <div class="command">
      <code>{text}</code>
      <Copy label="Copy command" text={() => text} />
    </div>
  );
}

/** Where a statement stands, as a link where it has an address. */
export function SpecLink({ spec, section, url }: Pick<PageRequirement, "spec" | "section" | "url">) {
  const words = `${spec}, ${/^\d/.test(section) ? `section ${section}` : section}`;
  // Addresses come from the ledger, and all the same none but these is made a link.
  if (!/^https:\/\//.test(url)) return <span>{words}</span>;
  return (
    <a href={url} rel="noreferrer">
      {words}
    </a>
  );
}

export const PAGE_SIZE = 50;

/** A page of a long list; `page` counts from 1, and what is no page is the first or the last. */
export function pageOf<T>(
  all: readonly T[],
  page: string | undefined,
): { readonly shown: readonly T[]; readonly page: number; readonly pages: number } {
  const pages = Math.max(1, Math.ceil(all.length / PAGE_SIZE));
  const at = Math.min(pages, Math.max(1, Math.floor(Number(page ?? 1)) || 1));
  return { shown: all.slice((at - 1) * PAGE_SIZE, at * PAGE_SIZE), page: at, pages };
}

/** Goes through the pages of a list. */
export function Pager({ page, pages, turn, what }: { page: number; pages: number; turn: (page: number) => void; what: string }) {
  if (pages === 1) return null;
  return (
    <nav class="pager" aria-label={`Pages of ${what}`}>
      <button type="button" disabled={page === 1} onClick={() => turn(page - 1)}>
        Previous
      </button>
      <span>
        Page {number(page)} of {number(pages)}
      </span>
      <button type="button" disabled={page === pages} onClick={() => turn(page + 1)}>
        Next
      </button>
    </nav>
  );
}

/** How many of a list pass the filters; read out when it changes. */
export function Shown({ count, of, what }: { count: number; of: number; what: string }) {
  return (
    <p class="shown" role="status">
      {count === of ? counted(of, what) : `${number(count)} of ${counted(of, what)}`}
    </p>
  );
}

/** A link to the results of an implementation. */
export function ImplementationLink({ label }: { label: string }) {
  return <a href={hashOf({ view: "implementations", implementation: label })}>{label}</a>;
}
