import { useMemo } from "preact/hooks";
import type { PackedMatrix } from "../../harness/page/data.ts";
import { filtered } from "./filter.ts";
import { blameOf, type Entry, type Model } from "./model.ts";
import type { Go } from "./navigation.ts";
import { Caption, Chip, ImplementationLink, OutcomeChip, Pager, pageOf, Shown, Wide } from "./parts.tsx";
import { hashOf, type Place } from "./place.ts";
import { Choice, TextFilter } from "./results.tsx";
import { counted, moment, outcomeWords } from "./words.ts";

const sides = [
  { direction: "attester/server", words: "attester is the TLS server" },
  { direction: "attester/client", words: "attester is the TLS client" },
] as const;

/** Who works with whom: a table for each matrix. */
export function MatrixView({ model }: { model: Model }) {
  return (
    <>
      <h1 tabIndex={-1}>Interop matrix</h1>
      <p class="lead">
        Every attester with every relying party, over real TLS 1.3 connections. Each cell says for both directions of TLS how many exchanges
        went as the specifications say, and whose fault it is where one did not. The word at the right of a cell, <i>server</i> or{" "}
        <i>client</i>, is the attester's side of TLS. A cell opens its exchanges.
      </p>
      {model.data.matrices.map((matrix) => (
        <OneMatrix key={matrix.file} model={model} matrix={matrix} />
      ))}
    </>
  );
}

function OneMatrix({ model, matrix }: { model: Model; matrix: PackedMatrix }) {
  const cells = useMemo(() => {
    const groups = new Map<string, Entry[]>();
    for (const entry of model.entries) {
      if (entry.exchange?.matrix !== matrix) continue;
      const key = keyOf(entry.exchange.attester.name, entry.exchange.relyingParty.name, entry.exchange.direction);
      const group = groups.get(key);
      if (group) group.push(entry);
      else groups.set(key, [entry]);
    }
    return groups;
  }, [model, matrix]);
  const { implementations, startedAt, suite, profile } = matrix.header;
  const caption = `Attesters (rows) with relying parties (columns), ${moment(startedAt)}, suite ${suite}, ${profile.revision}`;
  return (
    <Wide label={caption}>
      <table class="matrix">
        <Caption>{caption}</Caption>
        <thead>
          <tr>
            <th scope="col" class="corner">
              attester ↓<br />
              relying party →
            </th>
            {implementations.map(({ name, version }) => (
              <th key={name} scope="col">
                <ImplementationLink label={labelOf(model, matrix, name)} />
                <span class="version">{version}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {implementations.map((attester) => (
            <tr key={attester.name}>
              <th scope="row">
                <ImplementationLink label={labelOf(model, matrix, attester.name)} />
                <span class="version">{attester.version}</span>
              </th>
              {implementations.map((relyingParty) => (
                <td key={relyingParty.name}>
                  <Cell attester={attester} relyingParty={relyingParty} cells={cells} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}

type Implementation = PackedMatrix["header"]["implementations"][number];

interface CellProps {
  readonly attester: Implementation;
  readonly relyingParty: Implementation;
  readonly cells: ReadonlyMap<string, readonly Entry[]>;
}

function Cell({ attester, relyingParty, cells }: CellProps) {
  const missing = [attester, relyingParty].find(({ notBuilt }) => notBuilt !== undefined);
  if (missing) return <span class="not-built">{missing.notBuilt}</span>;
  return (
    <div class="cell">
      {sides.map(({ direction, words }) => {
        const entries = cells.get(keyOf(attester.name, relyingParty.name, direction)) ?? [];
        const side = direction === "attester/server" ? "server" : "client";
        if (entries.length === 0)
          return (
            <p key={direction} class="half none">
              <span class="side">{side}</span> no exchange
            </p>
          );
        const lines = summary(entries);
        return (
          <a
            key={direction}
            class={`half ${lines.tone}`}
            href={hashOf({ view: "pair", attester: attester.name, relyingParty: relyingParty.name, direction })}
            aria-label={`${attester.name} with ${relyingParty.name}, ${words}: ${lines.words.map(({ text }) => text).join(", ")}`}
          >
            <span class="side">{side}</span>
            {lines.words.map(({ sign, text, tone }) => (
              <span key={text} class={`line ${tone}`}>
                <span aria-hidden="true">{sign}</span> {text}
              </span>
            ))}
          </a>
        );
      })}
    </div>
  );
}

/** What the exchanges of a direction came to, in words, with who is to blame. */
function summary(entries: readonly Entry[]) {
  const words: { sign: string; text: string; tone: string }[] = [];
  const of = (...outcomes: string[]) => entries.filter(({ verdict }) => outcomes.includes(verdict.outcome));
  for (const [outcome, { word, sign, tone }] of Object.entries(outcomeWords)) {
    const count = of(outcome).length;
    if (count === 0) continue;
    const all = outcome === "pass" && count === entries.length ? "all " : "";
    words.push({ sign, text: `${all}${count} ${outcome === "unsupported" ? "not in common" : word}`, tone });
    if (outcome !== "fail" && outcome !== "inconclusive") continue;
    const blamed = new Map<string, number>();
    for (const entry of of(outcome)) {
      const blame = blameOf(entry) ?? "not explained";
      blamed.set(blame, (blamed.get(blame) ?? 0) + 1);
    }
    for (const [blame, times] of blamed) words.push({ sign: "↳", text: times === count ? blame : `${times}: ${blame}`, tone: "blame" });
    // How far each has come with the maintainers is what the list of disclosures says, word for word.
    const known = new Map<string, number>();
    for (const { verdict } of of(outcome)) {
      if (verdict.disclosure !== undefined) known.set(verdict.disclosure, (known.get(verdict.disclosure) ?? 0) + 1);
    }
    for (const [text, times] of known) words.push({ sign: "↳", text: times === count ? text : `${times}: ${text}`, tone: "blame" });
  }
  const tone =
    of("fail").length > 0
      ? "bad"
      : of("inconclusive", "harness-error", "blocked", "warn").length > 0
        ? "mind"
        : of("pass").length > 0
          ? "good"
          : "none";
  return { words, tone };
}

/** The exchanges of a pair, by exchange, suite and format. */
export function PairView({ model, place, go }: { model: Model; place: Place; go: Go }) {
  const { attester = "", relyingParty = "", direction } = place;
  const all = useMemo(
    () => filtered(model.entries, { view: "pair", attester, relyingParty, ...(direction && { direction }) }),
    [model, attester, relyingParty, direction],
  );
  const entries = useMemo(() => filtered(all, place), [all, place]);
  const { shown, page, pages } = pageOf(entries, place.page);
  const outcomes = Object.entries(outcomeWords).flatMap(([value, { word }]) =>
    all.some(({ verdict }) => verdict.outcome === value) ? [{ value, word }] : [],
  );
  const caption = `Exchanges of ${attester} with ${relyingParty}`;
  return (
    <>
      <p class="back">
        <a href={hashOf({ view: "matrix" })}>Interop matrix</a>
      </p>
      <h1 tabIndex={-1}>
        {attester} attests to {relyingParty}
      </h1>
      <p class="lead">
        {sides.map((side) => (
          <a
            key={side.direction}
            class="tab"
            aria-current={direction === side.direction ? "page" : undefined}
            href={hashOf({ view: "pair", attester, relyingParty, direction: side.direction })}
          >
            {side.words}
          </a>
        ))}{" "}
        <a class="tab" href={hashOf({ view: "pair", attester: relyingParty, relyingParty: attester, direction })}>
          roles exchanged
        </a>
      </p>
      <form class="filters" aria-label="Filters" onSubmit={(event) => event.preventDefault()}>
        <TextFilter value={place.text ?? ""} go={go} />
        <Choice name="outcome" label="Outcome" place={place} go={go} options={outcomes} />
      </form>
      <Shown count={entries.length} of={all.length} what="exchange" />
      {entries.length === 0 ? (
        <p>No exchange passes these filters.</p>
      ) : (
        <Wide label={caption}>
          <table class="results">
            <Caption>{caption}</Caption>
            <thead>
              <tr>
                <th scope="col">Outcome</th>
                <th scope="col">Exchange</th>
                <th scope="col">Model</th>
                <th scope="col">Suite and scheme</th>
                <th scope="col">Format</th>
                <th scope="col">Whose fault, what was found</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((entry) => (
                <tr key={entry.href}>
                  <td>
                    <OutcomeChip verdict={entry.verdict} />
                  </td>
                  <th scope="row">
                    <a href={entry.href}>{entry.title}</a>
                    <code class="id">{entry.instance}</code>
                  </th>
                  <td>{entry.exchange?.exchange.model ?? "no attestation"}</td>
                  <td>
                    {entry.place.cipherSuite}
                    <br />
                    {entry.place.signatureScheme}
                  </td>
                  <td>{entry.place.format ?? "–"}</td>
                  <td>
                    {blameOf(entry) && <strong>{blameOf(entry)}. </strong>}
                    {entry.verdict.disclosure !== undefined && (
                      <Chip tone="mind" sign="✉">
                        {entry.verdict.disclosure}
                      </Chip>
                    )}{" "}
                    {entry.verdict.found ?? entry.verdict.detail}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Wide>
      )}
      <Pager page={page} pages={pages} what={caption} turn={(to) => go({ page: String(to) })} />
    </>
  );
}

function keyOf(attester: string, relyingParty: string, direction: string): string {
  return JSON.stringify([attester, relyingParty, direction]);
}

function labelOf({ subjects }: Model, matrix: PackedMatrix, name: string): string {
  return subjects.find(({ inMatrix }) => inMatrix.some((one) => one.matrix === matrix && one.name === name))?.label ?? name;
}

/** How many exchanges of a matrix an implementation took part in, in words. */
export function partIn(model: Model, label: string): string {
  const own = model.entries.filter((entry) => entry.exchange !== undefined && entry.labels.includes(label));
  const passed = own.filter(({ verdict }) => verdict.outcome === "pass").length;
  const blamed = own.filter((entry) => blameOf(entry)?.startsWith(`${label} `)).length;
  return own.length === 0 ? "no exchange" : `${passed} of ${counted(own.length, "exchange")} passed; at fault in ${blamed}`;
}
