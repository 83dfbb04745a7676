import type { PackedReport } from "../../harness/page/data.ts";
import type { Model } from "./model.ts";
import { Caption, Chip, ImplementationLink, Wide } from "./parts.tsx";
import { hashOf } from "./place.ts";
import { goalWords } from "./words.ts";

/** What an attacker would win against whom. */
export function GoalsView({ model }: { model: Model }) {
  const { reports, goals } = model.data;
  return (
    <>
      <h1 tabIndex={-1}>Security goals</h1>
      <p class="lead">
        What an attacker would win. An attack is possible where a check of its goal failed, whether or not a baseline knows of it; it is
        withstood where all of them passed, and in part where some were not carried out.
      </p>
      {reports.length === 0 ? (
        <p>This page holds no report of a run: a matrix alone tells nothing of the goals.</p>
      ) : (
        <Wide label="Security goals by implementation">
          <table class="goals">
            <Caption>Security goals (rows) by implementation (columns)</Caption>
            <thead>
              <tr>
                <th scope="col">Goal</th>
                {reports.map(({ label, cut }) => (
                  <th key={label} scope="col">
                    <ImplementationLink label={label} />
                    {cut && <span class="version">cut short</span>}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {goals.map(({ id, title, wins }) => (
                <tr key={id}>
                  <th scope="row">
                    {id}
                    <small class="goal-title">{title}</small>
                    <small class="goal-wins">{wins}</small>
                  </th>
                  {reports.map((report) => {
                    const score = report.goals.find(({ goal }) => goal === id);
                    return (
                      <td key={report.label}>
                        {score ? <Goal score={score} label={report.label} /> : <span class="muted">no scorecard</span>}
                      </td>
                    );
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </Wide>
      )}
    </>
  );
}

/** What became of a goal, with the checks that failed and why others were not carried out. */
export function Goal({
  score: { goal, state, passed, checks, failed, untested },
  label,
}: {
  score: PackedReport["goals"][number];
  label: string;
}) {
  const { word, sign, tone } = goalWords[state];
  return (
    <>
      <Chip tone={tone} sign={sign}>
        {word}
      </Chip>
      <span class="sub">
        {passed} of {checks} checks passed
      </span>
      {failed.length > 0 && (
        <div>
          <a href={hashOf({ view: "results", implementation: label, goal, outcome: "fail" })}>{failed.length} failed</a>
        </div>
      )}
      {untested.length > 0 && (
        <div class="muted">not tested: {untested.map(({ reason, checks }) => `${checks} (${reason})`).join(", ")}</div>
      )}
    </>
  );
}
