import { useMemo } from "preact/hooks";
import type { PageRequirement } from "../../harness/page/data.ts";
import type { Entry, Model } from "./model.ts";
import type { Go } from "./navigation.ts";
import { Caption, Chip, ImplementationLink, Pager, pageOf, Shown, SpecLink, Wide } from "./parts.tsx";
import { hashOf, type Place } from "./place.ts";
import { Choice, RequirementFilter, TextFilter } from "./results.tsx";
import { outcomeWords } from "./words.ts";

// Of the results of a statement the gravest stands for all; one that passed says more than one that was only looked at.
const gravest = ["fail", "warn", "inconclusive", "harness-error", "blocked", "pass", "observed", "unsupported"] as const;
type Outcome = (typeof gravest)[number];

interface Verdict {
  readonly outcome: Outcome;
  readonly count: number;
  readonly of: number;
}

/** Each statement of the ledger, with what the checks of it came to for each implementation. */
export function RequirementsView({ model, place, go }: { model: Model; place: Place; go: Go }) {
  const labels = model.data.reports.map(({ label }) => label);
  const verdicts = useMemo(() => verdictsOf(model), [model]);
  const rows = useMemo(() => matching(model.data.requirements, verdicts, place), [model, verdicts, place]);
  const { shown, page, pages } = pageOf(rows, place.page);
  const caption = "Statements of the specifications, and what their checks came to";
  return (
    <>
      <h1 tabIndex={-1}>Requirements</h1>
      <p class="lead">
        Each normative statement of the specifications, in our words. A statement may have failed where a check that rests on it failed; the
        check says on which else it rests.
      </p>
      <form class="filters" aria-label="Filters" onSubmit={(event) => event.preventDefault()}>
        <TextFilter value={place.text ?? ""} go={go} />
        <Choice
          name="implementation"
          label="Implementation"
          place={place}
          go={go}
          options={labels.map((value) => ({ value, word: value }))}
        />
        <Choice
          name="outcome"
          label="Verdict"
          place={place}
          go={go}
          options={gravest.map((value) => ({ value, word: outcomeWords[value].word }))}
        />
        <RequirementFilter value={place.requirement ?? ""} go={go} ids={model.data.requirements.map(({ id }) => id)} />
      </form>
      <Shown count={rows.length} of={model.data.requirements.length} what="statement" />
      {rows.length === 0 ? (
        <p>No statement passes these filters.</p>
      ) : (
        <Wide label={caption}>
          <table class="requirements">
            <Caption>{caption}</Caption>
            <thead>
              <tr>
                <th scope="col">Statement</th>
                {labels.map((label) => (
                  <th key={label} scope="col">
                    <ImplementationLink label={label} />
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {shown.map((requirement) => (
                <tr key={requirement.id}>
                  <th scope="row">
                    <b>{requirement.level}</b> {requirement.text}
                    <small>
                      <SpecLink {...requirement} /> <code class="id">{requirement.id}</code>
                    </small>
                  </th>
                  <Verdicts requirement={requirement} labels={labels} verdicts={verdicts} />
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

interface VerdictsProps {
  readonly requirement: PageRequirement;
  readonly labels: readonly string[];
  readonly verdicts: ReadonlyMap<string, ReadonlyMap<string, Verdict>>;
}

/** A cell for each implementation; one for all where the statement has no check anywhere, with the reason. */
function Verdicts({ requirement: { id, excluded, open }, labels, verdicts }: VerdictsProps) {
  const reason = open !== undefined ? `open point of the texts: ${open}` : excluded !== undefined ? `no check: ${excluded}` : undefined;
  const own = labels.map((label) => ({ label, verdict: verdicts.get(label)?.get(id) }));
  if (reason !== undefined && labels.length > 0 && own.every(({ verdict }) => verdict === undefined)) {
    return (
      <td class="muted" colSpan={labels.length}>
        {reason}
      </td>
    );
  }
  return own.map(({ label, verdict }) => (
    <td key={label}>
      {verdict ? <VerdictLink id={id} label={label} verdict={verdict} /> : <span class="muted">{reason ?? "not asked"}</span>}
    </td>
  ));
}

function VerdictLink({ id, label, verdict }: { id: string; label: string; verdict: Verdict }) {
  const { word, sign, tone } = outcomeWords[verdict.outcome];
  return (
    <a class="verdict" href={hashOf({ view: "results", implementation: label, requirement: id })}>
      <Chip tone={tone} sign={sign}>
        {word}
      </Chip>{" "}
      {verdict.count} of {verdict.of}
    </a>
  );
}

function verdictsOf(model: Model): ReadonlyMap<string, ReadonlyMap<string, Verdict>> {
  const groups = new Map<string, Map<string, Entry[]>>();
  for (const entry of model.entries) {
    const [label] = entry.labels;
    if (entry.result === undefined || label === undefined) continue;
    const own = groups.get(label) ?? new Map<string, Entry[]>();
    groups.set(label, own);
    for (const id of entry.requirements) {
      const known = own.get(id);
      if (known) known.push(entry);
      else own.set(id, [entry]);
    }
  }
  return new Map([...groups].map(([label, own]) => [label, new Map([...own].map(([id, entries]) => [id, verdictOf(entries)]))]));
}

function verdictOf(entries: readonly Entry[]): Verdict {
  const outcome = gravest.find((one) => entries.some(({ verdict }) => verdict.outcome === one)) ?? "unsupported";
  return { outcome, count: entries.filter(({ verdict }) => verdict.outcome === outcome).length, of: entries.length };
}

function matching(
  requirements: readonly PageRequirement[],
  verdicts: ReadonlyMap<string, ReadonlyMap<string, Verdict>>,
  { text = "", outcome, implementation, requirement }: Place,
): readonly PageRequirement[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const asked = implementation === undefined ? [...verdicts.values()] : [verdicts.get(implementation)];
  return requirements.filter((one) => {
    if (requirement !== undefined && one.id !== requirement) return false;
    const known = asked.map((own) => own?.get(one.id)).filter((verdict) => verdict !== undefined);
    if (outcome !== undefined && !known.some((verdict) => verdict.outcome === outcome)) return false;
    if (outcome === undefined && implementation !== undefined && known.length === 0) return false;
    const all = `${one.id} ${one.level} ${one.spec} ${one.section} ${one.text}`.toLowerCase();
    return words.every((word) => all.includes(word));
  });
}
