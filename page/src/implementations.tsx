import { useMemo } from "preact/hooks";
import type { PackedReport } from "../../harness/page/data.ts";
import { filtered, outcomesOf } from "./filter.ts";
import { Goal } from "./goals.tsx";
import { partIn } from "./matrix.tsx";
import type { Model, Subject } from "./model.ts";
import type { Go } from "./navigation.ts";
import { Caption, Chip, ImplementationLink, OutcomeChip, Shown, Wide } from "./parts.tsx";
import { hashOf, type Place } from "./place.ts";
import { Choice, ResultTable, TextFilter } from "./results.tsx";
import { moment, number, outcomeWords } from "./words.ts";

/** All implementations, or the one that the place names. */
export function ImplementationsView({ model, place, go }: { model: Model; place: Place; go: Go }) {
  if (place.implementation === undefined) return <All model={model} />;
  const subject = model.subjects.find(({ label }) => label === place.implementation);
  if (subject) return <One model={model} subject={subject} place={place} go={go} />;
  return (
    <>
      <h1 tabIndex={-1}>Not in this page</h1>
      <p>
        No report of this page is of <code>{place.implementation}</code>.{" "}
        <a href={hashOf({ view: "implementations" })}>All implementations</a>
      </p>
    </>
  );
}

const columns = ["pass", "fail", "warn", "observed", "unsupported", "blocked", "inconclusive", "harness-error"] as const;

function All({ model }: { model: Model }) {
  const counts = useMemo(
    () =>
      new Map(
        model.subjects.map(({ label }) => [label, outcomesOf(model.entries.filter(({ result, labels }) => result && labels[0] === label))]),
      ),
    [model],
  );
  const shown = columns.filter((outcome) => [...counts.values()].some((one) => (one.get(outcome) ?? 0) > 0));
  return (
    <>
      <h1 tabIndex={-1}>Implementations</h1>
      <Wide label="Implementations">
        <table>
          <Caption>Implementations, and what their checks came to</Caption>
          <thead>
            <tr>
              <th scope="col">Implementation</th>
              <th scope="col">Version</th>
              {shown.map((outcome) => (
                <th key={outcome} scope="col" class="count">
                  {outcomeWords[outcome].word}
                </th>
              ))}
              <th scope="col">Language, TLS</th>
              <th scope="col">Run</th>
            </tr>
          </thead>
          <tbody>
            {model.subjects.map(({ label, report, inMatrix }) => {
              const hello = report?.header.iut.hello ?? inMatrix[0]?.implementation.hello;
              return (
                <tr key={label}>
                  <th scope="row">
                    <ImplementationLink label={label} />
                    {report?.cut && (
                      <Chip tone="mind" sign="!">
                        cut short
                      </Chip>
                    )}
                  </th>
                  <td>{report?.header.iut.version ?? inMatrix[0]?.implementation.version}</td>
                  {shown.map((outcome) => (
                    <td key={outcome} class="count">
                      <Count outcome={outcome} label={label} count={counts.get(label)?.get(outcome) ?? 0} run={report !== undefined} />
                    </td>
                  ))}
                  <td>{[hello?.language, hello?.tls].filter(Boolean).join("; ") || "not said"}</td>
                  <td>{report ? moment(report.header.startedAt) : (inMatrix[0]?.implementation.notBuilt ?? "in the matrix alone")}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </Wide>
    </>
  );
}

function Count({ outcome, label, count, run }: { outcome: (typeof columns)[number]; label: string; count: number; run: boolean }) {
  if (!run) return <span class="muted">no run</span>;
  if (count === 0) return <span class="muted">0</span>;
  return (
    <a class={outcomeWords[outcome].tone} href={hashOf({ view: "results", implementation: label, outcome })}>
      {number(count)}
    </a>
  );
}

function One({ model, subject, place, go }: { model: Model; subject: Subject; place: Place; go: Go }) {
  const { label, report, inMatrix } = subject;
  const own = useMemo(() => model.byGravity.filter(({ result, labels }) => result && labels[0] === label), [model, label]);
  const entries = useMemo(() => filtered(own, place), [own, place]);
  const hello = report?.header.iut.hello ?? inMatrix[0]?.implementation.hello;
  const version = report?.header.iut.version ?? inMatrix[0]?.implementation.version;
  return (
    <>
      <p class="back">
        <a href={hashOf({ view: "implementations" })}>Implementations</a>
      </p>
      <h1 tabIndex={-1}>{label}</h1>
      <dl class="declared">
        <Declared name="Version" values={[version ?? "not said"]} />
        <Declared name="Language" values={[hello?.language ?? "not said"]} />
        <Declared name="TLS" values={[hello?.tls ?? "not said"]} />
        {hello?.url !== undefined && /^https?:\/\//.test(hello.url) && (
          <div>
            <dt>Project</dt>
            <dd>
              <a href={hello.url} rel="noreferrer">
                {hello.url}
              </a>
            </dd>
          </div>
        )}
        {hello && (
          <>
            <Declared name="Positions" values={hello.supports.positions} />
            <Declared name="Cipher suites" values={hello.supports.cipherSuites} />
            <Declared
              name="Signature schemes"
              values={hello.supports.signatureSchemes.map((scheme) => `0x${scheme.toString(16).padStart(4, "0")}`)}
            />
            <Declared name="Attestation models" values={hello.supports.models} />
            <Declared name="Evidence" values={hello.supports.evidence} />
            <Declared name="Attestation Results" values={hello.supports.results} />
            <Declared name="Features" values={hello.supports.features} />
          </>
        )}
        {inMatrix.map(({ matrix, name, implementation }) => (
          <Declared key={matrix.file + name} name="In the matrix" values={[implementation.notBuilt ?? partIn(model, label)]} />
        ))}
        {report && <Run report={report} />}
      </dl>
      {report === undefined ? (
        <p>
          This page holds no report of a run of its own.{" "}
          <a href={hashOf({ view: "results", implementation: label })}>Its exchanges in the matrix</a>
        </p>
      ) : (
        <>
          <Totals
            report={report}
            counts={outcomesOf(own)}
            known={own.filter(({ verdict }) => verdict.outcome === "fail" && verdict.expectation === "expected").length}
          />
          <Goals model={model} report={report} />
          <h2>Results</h2>
          <form class="filters" aria-label="Filters" onSubmit={(event) => event.preventDefault()}>
            <TextFilter value={place.text ?? ""} go={go} />
            <Choice
              name="outcome"
              label="Outcome"
              place={place}
              go={go}
              options={columns.flatMap((value) =>
                own.some(({ verdict }) => verdict.outcome === value) ? [{ value, word: outcomeWords[value].word }] : [],
              )}
            />
            <Choice
              name="position"
              label="Position"
              place={place}
              go={go}
              options={report.header.iut.hello.supports.positions.map((value) => ({ value, word: value.replace("/", ", TLS ") }))}
            />
          </form>
          <Shown count={entries.length} of={own.length} what="result" />
          <ResultTable entries={entries} place={place} go={go} caption={`Results of ${label}`} who={false} />
        </>
      )}
    </>
  );
}

function Declared({ name, values }: { name: string; values: readonly string[] }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{values.length === 0 ? "none" : values.join(", ")}</dd>
    </div>
  );
}

function Run({ report: { header, file, filtered } }: { report: PackedReport }) {
  const { startedAt, suite, profile, seed } = header;
  return (
    <>
      <Declared name="Run" values={[`${moment(startedAt)}, suite ${suite}, seed ${seed}, ${file}`]} />
      <Declared name="Asked for" values={[filtered ? "only a part of the checks" : "all checks"]} />
      <Declared
        name="Profile"
        values={[profile.revision, `cmw_attestation 0x${profile.cmwAttestation.toString(16)}`, `exporter label ${profile.exporterLabel}`]}
      />
    </>
  );
}

function Totals({ report, counts, known }: { report: PackedReport; counts: ReadonlyMap<string, number>; known: number }) {
  return (
    <ul class="totals" aria-label="Totals">
      {columns.flatMap((outcome) => {
        const count = counts.get(outcome) ?? 0;
        if (count === 0) return [];
        return [
          <li key={outcome}>
            <a href={hashOf({ view: "implementations", implementation: report.label, outcome })}>
              <b>{number(count)}</b>
              <OutcomeChip verdict={{ outcome, detail: "" }} />
              {outcome === "fail" && known > 0 && <small>{number(known)} known to the baseline</small>}
            </a>
          </li>,
        ];
      })}
    </ul>
  );
}

function Goals({ model, report }: { model: Model; report: PackedReport }) {
  const caption = `Security goals of ${report.label}`;
  return (
    <>
      <h2>Security goals</h2>
      {report.goals.length === 0 ? (
        <p>{report.cut ? "The run was cut short before its scorecard was made." : "The report has no scorecard."}</p>
      ) : (
        <Wide label={caption}>
          <table>
            <Caption>{caption}</Caption>
            <thead>
              <tr>
                <th scope="col">Goal</th>
                <th scope="col">State</th>
              </tr>
            </thead>
            <tbody>
              {report.goals.map((score) => (
                <tr key={score.goal}>
                  <th scope="row">
                    {score.goal}
                    <small class="goal-title">{model.data.goals.find(({ id }) => id === score.goal)?.title}</small>
                  </th>
                  <td>
                    <Goal score={score} label={report.label} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Wide>
      )}
    </>
  );
}
