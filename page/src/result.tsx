import type { ComponentChildren } from "preact";
import type { PageStimulus } from "../../harness/page/data.ts";
import { bugReport } from "./bug-report.ts";
import { Transcript } from "./message.tsx";
import { blameOf, type Entry, entryAt, type Model, whoOf } from "./model.ts";
import { Chip, Command, Copy, ImplementationLink, OutcomeChip, SpecLink } from "./parts.tsx";
import { hashOf, type Place } from "./place.ts";
import { counted, outcomeWords } from "./words.ts";

/** One result with all that is known of it. */
export function ResultView({ model, place }: { model: Model; place: Place }) {
  const entry = entryAt(model, place);
  if (entry === undefined) {
    return (
      <>
        <h1 tabIndex={-1}>Not in this page</h1>
        <p>
          No result of this page is <code>{place.instance ?? "(no instance named)"}</code> of{" "}
          {place.implementation ?? place.attester ?? "this implementation"}. The{" "}
          <a href={hashOf({ view: "results" })}>list of all results</a> has what there is.
        </p>
      </>
    );
  }
  return <Known model={model} entry={entry} />;
}

function Known({ model, entry }: { model: Model; entry: Entry }) {
  const { title, why, verdict, instance, result, exchange, goal } = entry;
  const { expected, found, sent, detail, mistakes, stimulus, baseline, behaviour, disclosure, blame } = verdict;
  const reproduce = (result ?? exchange)?.reproduce ?? "";
  const wins = model.data.goals.find(({ id }) => id === goal);
  return (
    <article>
      <p class="back">
        <Up entry={entry} />
      </p>
      <h1 tabIndex={-1}>{title}</h1>
      <p class="lead">
        <OutcomeChip verdict={verdict} />{" "}
        {/* An exchange may fail where both ends conform: the blame says whether a statement is broken. */}
        {exchange === undefined && <span class="means">{outcomeWords[verdict.outcome].means}</span>}
      </p>
      <p>
        <code class="id">{instance}</code>
      </p>
      <p class="actions">
        <Copy label="Copy as bug report" text={() => bugReport(entry, model.requirements, model.data.suite)} />
      </p>
      {disclosure !== undefined && (
        <Fact name="Disclosure">
          <Chip tone="mind" sign="✉">
            {disclosure}
          </Chip>
        </Fact>
      )}
      <dl>
        <Fact name={exchange ? "Attester → relying party" : "Implementation"}>
          {entry.labels.map((label, index) => (
            <span key={label + index}>
              {index > 0 && " → "}
              <ImplementationLink label={label} /> ({entry.positions[index]})
            </span>
          ))}
        </Fact>
        {blame && (
          <Fact name="Whose fault">
            <strong>{blameOf(entry)}</strong>
            <p>{blame.text}</p>
          </Fact>
        )}
        {why !== undefined && <Fact name="Why it matters">{why}</Fact>}
        {wins && (
          <Fact name="What an attacker wins">
            {wins.wins} (<a href={hashOf({ view: "results", goal: wins.id })}>{wins.id}</a>)
          </Fact>
        )}
        {expected !== undefined && <Fact name="Expected">{expected}</Fact>}
        {found !== undefined && <Fact name="Found">{found}</Fact>}
        {sent !== undefined && <Fact name="What it refused, which is right">{sent}</Fact>}
        {behaviour !== undefined && <Fact name="Behaviour at an open point">{behaviour}</Fact>}
        {mistakes && (
          <Fact name={mistakes.length === 1 ? "What it looks like" : "What it looks like: one of these"}>
            {mistakes.map(({ id, title, hint }) => (
              <p key={id}>
                <strong>{title}.</strong> {hint} <code class="id">{id}</code>
              </p>
            ))}
          </Fact>
        )}
        {detail !== "" && (
          <Fact name="Details">
            <span class="detail">{detail}</span>
          </Fact>
        )}
        {baseline !== undefined && <Fact name="In the baseline">{baseline}</Fact>}
        <Fact name="With">{[entry.place.cipherSuite, entry.place.signatureScheme, entry.place.format].filter(Boolean).join(", ")}</Fact>
        {exchange?.capture !== undefined && (
          <Fact name="Capture">
            <code>{exchange.capture}</code>, in the folder of captures beside the matrix
          </Fact>
        )}
        {entry.requirements.length > 0 && (
          <Fact name="Statements">
            <Statements model={model} ids={entry.requirements} />
          </Fact>
        )}
      </dl>
      <h2>See it again</h2>
      <Command text={reproduce} />
      {blame && blame.evidence.length > 0 && <Evidence blame={blame} />}
      {stimulus && <Stimulus stimulus={stimulus} />}
      {exchange && <Transcript text={exchange.transcript} file={exchange.matrix.file} />}
      {result?.diagnostics !== undefined && (
        <section aria-labelledby="diagnostics">
          <h2 id="diagnostics">What it said on stderr</h2>
          {result.diagnostics === "left-out" ? (
            <p>
              It is in <code>{result.report.file}</code>; this page has no room for it.
            </p>
          ) : (
            <pre tabIndex={0} class="said">
              {result.diagnostics.join("\n")}
            </pre>
          )}
        </section>
      )}
    </article>
  );
}

function Up({ entry: { exchange, labels } }: { entry: Entry }) {
  if (exchange === undefined) return <a href={hashOf({ view: "implementations", implementation: labels[0] })}>{labels[0]}</a>;
  const { attester, relyingParty, direction } = exchange;
  return (
    <a href={hashOf({ view: "pair", attester: attester.name, relyingParty: relyingParty.name, direction })}>
      {attester.name} with {relyingParty.name}
    </a>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div class="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Statements({ model, ids }: { model: Model; ids: readonly string[] }) {
  return (
    <ul class="statements">
      {ids.map((id) => {
        const known = model.requirements.get(id);
        return (
          <li key={id}>
            {known ? (
              <>
                <b>{known.level}</b> {known.text} (<SpecLink {...known} />){" "}
              </>
            ) : null}
            <a class="id" href={hashOf({ view: "results", requirement: id })}>
              {id}
            </a>
          </li>
        );
      })}
    </ul>
  );
}

function Evidence({ blame }: { blame: NonNullable<Entry["verdict"]["blame"]> }) {
  return (
    <section aria-labelledby="evidence">
      <h2 id="evidence">Each end asked alone, against the reference</h2>
      {blame.evidence.map(({ implementation, instance, outcome, detail, reproduce }) => (
        <div key={`${implementation} ${instance}`} class="evidence">
          <p>
            <OutcomeChip verdict={{ outcome, detail }} /> <b>{implementation}</b> <code class="id">{instance}</code>
          </p>
          <p>{detail}</p>
          <Command text={reproduce} />
        </div>
      ))}
    </section>
  );
}

function Stimulus({ stimulus: { asked, otherwise, messages } }: { stimulus: PageStimulus }) {
  return (
    <section aria-labelledby="stimulus">
      <h2 id="stimulus">What it was given</h2>
      <ol>
        {asked.map((one, index) => (
          <li key={index}>{one}</li>
        ))}
      </ol>
      {otherwise.length > 0 && (
        <>
          <p>Otherwise than in the control, which it must accept:</p>
          <ul>
            {otherwise.map((one, index) => (
              <li key={index}>{one}</li>
            ))}
          </ul>
        </>
      )}
      {messages.map(({ message, length, edits, differs, further }, index) => (
        <div key={index}>
          <p>
            {message === "request" ? "A request" : "An authenticator"} of {counted(length, "byte")}
            {edits.length === 0 ? ", as it is in the control." : ", altered:"}
          </p>
          {edits.length > 0 && (
            <ul>
              {edits.map((edit) => (
                <li key={edit}>{edit}</li>
              ))}
              {differs.map(({ field, offset, length }) => (
                <li key={`${field} ${offset}`}>
                  <code>{field}</code> differs (byte {offset}, {counted(length, "byte")})
                </li>
              ))}
              {further > 0 && <li>and {counted(further, "more field")}</li>}
            </ul>
          )}
        </div>
      ))}
    </section>
  );
}

/** The title of the browser's tab for a result. */
export function titleOf(model: Model, place: Place): string | undefined {
  const entry = entryAt(model, place);
  return entry && `${entry.title}, ${whoOf(entry)}`;
}
