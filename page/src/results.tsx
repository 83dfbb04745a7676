import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { filtered, outcomesOf } from "./filter.ts";
import { blameOf, type Entry, type Model, whoOf } from "./model.ts";
import type { Go } from "./navigation.ts";
import { Caption, OutcomeChip, Pager, pageOf, Shown, Wide } from "./parts.tsx";
import type { Place } from "./place.ts";
import { outcomeWords } from "./words.ts";

interface ViewProps {
  readonly model: Model;
  readonly place: Place;
  readonly go: Go;
}

/** All results, of runs and of matrices, with the filters. */
export function ResultsView({ model, place, go }: ViewProps) {
  const entries = useMemo(() => filtered(model.byGravity, place), [model, place]);
  return (
    <>
      <h1 tabIndex={-1}>Results</h1>
      <Filters model={model} place={place} go={go} />
      <Shown count={entries.length} of={model.entries.length} what="result" />
      <ResultTable entries={entries} place={place} go={go} caption="Results of checks and of exchanges" />
    </>
  );
}

/** The filters that stand in the address; each change is a step in the history, typing but one. */
export function Filters({ model, place, go }: ViewProps) {
  const outcomes = useMemo(() => [...outcomesOf(model.entries).keys()], [model]);
  const positions = ["attester/server", "attester/client", "relying-party/server", "relying-party/client"];
  const kinds = [
    ...Object.entries(outcomeWords).flatMap(([value, { word }]) => (outcomes.includes(value) ? [{ value, word }] : [])),
    ...(model.entries.some(({ verdict }) => verdict.expectation === "unexpected") ? [{ value: "unexpected", word: "unexpected" }] : []),
  ];
  const goals = model.data.goals.filter(({ id }) => model.entries.some(({ goal }) => goal === id));
  return (
    <form class="filters" aria-label="Filters" onSubmit={(event) => event.preventDefault()}>
      <TextFilter value={place.text ?? ""} go={go} />
      <Choice
        name="implementation"
        label="Implementation"
        place={place}
        go={go}
        options={model.subjects.map(({ label }) => ({ value: label, word: label }))}
      />
      <Choice name="outcome" label="Outcome" place={place} go={go} options={kinds} />
      <Choice
        name="position"
        label="Position"
        place={place}
        go={go}
        options={positions.map((value) => ({ value, word: value.replace("/", ", TLS ") }))}
      />
      {goals.length > 0 && (
        <Choice name="goal" label="Security goal" place={place} go={go} options={goals.map(({ id }) => ({ value: id, word: id }))} />
      )}
      <RequirementFilter value={place.requirement ?? ""} go={go} ids={model.data.requirements.map(({ id }) => id)} />
      <button
        type="button"
        class="plain"
        onClick={() => go({ text: "", implementation: "", outcome: "", position: "", goal: "", requirement: "", page: "" })}
      >
        Clear filters
      </button>
    </form>
  );
}

interface ChoiceProps {
  readonly name: "implementation" | "outcome" | "position" | "goal";
  readonly label: string;
  readonly place: Place;
  readonly go: Go;
  readonly options: readonly { readonly value: string; readonly word: string }[];
}

export function Choice({ name, label, place, go, options }: ChoiceProps) {
  const value = place[name] ?? "";
  // A filter of an old address may name what this page does not hold; it is shown, and finds nothing.
  const all =
    value === "" || options.some((option) => option.value === value)
      ? options
      : [...options, { value, word: `${value} (not in this page)` }];
  return (
    <label>
      <span>{label}</span>
      <select value={value} onChange={(event) => go({ [name]: event.currentTarget.value, page: "" })}>
        <option value="">all</option>
        {all.map(({ value, word }) => (
          <option key={value} value={value}>
            {word}
          </option>
        ))}
      </select>
    </label>
  );
}

const TYPING_MS = 120;

export function TextFilter({ value, go }: { value: string; go: Go }) {
  const [typed, setTyped] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => setTyped(value), [value]);
  const type = (text: string): void => {
    setTyped(text);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => go({ text, page: "" }, "replace"), TYPING_MS);
  };
  return (
    <label class="text">
      <span>Text</span>
      <input type="search" value={typed} placeholder="check, title, detail" onInput={(event) => type(event.currentTarget.value)} />
    </label>
  );
}

export function RequirementFilter({ value, go, ids }: { value: string; go: Go; ids: readonly string[] }) {
  return (
    <label class="text">
      <span>Requirement</span>
      <input
        type="search"
        list="requirement-ids"
        value={value}
        placeholder="id of a statement"
        onChange={(event) => go({ requirement: event.currentTarget.value.trim(), page: "" })}
      />
      <datalist id="requirement-ids">
        {ids.map((id) => (
          <option key={id} value={id} />
        ))}
      </datalist>
    </label>
  );
}

interface TableProps {
  readonly entries: readonly Entry[];
  readonly place: Place;
  readonly go: Go;
  readonly caption: string;
  /** Left out where all rows are about the same. */
  readonly who?: boolean;
}

/** A page of results; each leads to its drill-down. */
export function ResultTable({ entries, place, go, caption, who = true }: TableProps) {
  const { shown, page, pages } = pageOf(entries, place.page);
  if (entries.length === 0) return <p>No result passes these filters.</p>;
  return (
    <>
      <Wide label={caption}>
        <table class="results">
          <Caption>{caption}</Caption>
          <thead>
            <tr>
              <th scope="col">Outcome</th>
              <th scope="col">Check</th>
              {who && <th scope="col">Implementation</th>}
              <th scope="col">What was found</th>
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
                {who && <td>{whoOf(entry)}</td>}
                <td>
                  {blameOf(entry) && <strong>{blameOf(entry)}. </strong>}
                  {entry.verdict.disclosure !== undefined && <em>{entry.verdict.disclosure}. </em>}
                  <span class="detail">{shortened(entry.verdict.detail || (entry.verdict.found ?? ""))}</span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
      <Pager page={page} pages={pages} what={caption} turn={(to) => go({ page: String(to) })} />
    </>
  );
}

const SHORT = 160;

function shortened(text: string): string {
  return text.length > SHORT ? `${text.slice(0, SHORT)}…` : text;
}
