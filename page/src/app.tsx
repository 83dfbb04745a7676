import { useEffect, useRef } from "preact/hooks";
import { GoalsView } from "./goals.tsx";
import { ImplementationsView } from "./implementations.tsx";
import { MatrixView, PairView } from "./matrix.tsx";
import type { Model } from "./model.ts";
import { usePlace } from "./navigation.ts";
import { hashOf, type View } from "./place.ts";
import { RequirementsView } from "./requirements.tsx";
import { ResultView, titleOf } from "./result.tsx";
import { ResultsView } from "./results.tsx";
import { moment } from "./words.ts";

const titles: Readonly<Record<View, string>> = {
  matrix: "Matrix",
  pair: "Pair",
  implementations: "Implementations",
  results: "Results",
  result: "Result",
  requirements: "Requirements",
  goals: "Security goals",
};

/** Which part of the navigation a view belongs to. */
const sections: Readonly<Partial<Record<View, View>>> = { pair: "matrix", result: "results" };

/** The whole page. */
export function App({ model }: { model: Model }) {
  const { matrices, reports } = model.data;
  const home: View = matrices.length > 0 ? "matrix" : "implementations";
  const [place, go] = usePlace(home);
  const { view } = place;
  const main = useRef<HTMLElement>(null);
  // What the place is of; filters and pages of lists are not in it.
  const subject = hashOf(
    view === "results" || view === "requirements" ? { view } : { ...place, text: "", outcome: "", position: "", page: "" },
  );
  const first = useRef(subject);
  useEffect(() => {
    const name =
      view === "result" ? titleOf(model, place) : view === "implementations" && place.implementation ? place.implementation : titles[view];
    document.title = `${name ?? titles[view]} · expat-conformance`;
    if (first.current === subject) return;
    first.current = subject;
    main.current?.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [subject, model, view, place]);
  const entries: View[] = [...(matrices.length > 0 ? (["matrix"] as const) : []), "implementations", "results", "requirements", "goals"];
  const section = sections[view] ?? view;
  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.querySelector<HTMLElement>("h1")?.focus()}>
        Skip to the content
      </button>
      <header>
        <p class="name">
          <a href={hashOf({ view: home })}>expat-conformance</a> <span>conformance and interop report</span>
        </p>
        <nav aria-label="Views">
          <ul>
            {entries.map((one) => (
              <li key={one}>
                <a href={hashOf({ view: one })} aria-current={one === section ? "page" : undefined}>
                  {titles[one]}
                </a>
              </li>
            ))}
          </ul>
        </nav>
      </header>
      <CutShort model={model} />
      <main ref={main} id="main">
        {view === "matrix" && (matrices.length > 0 ? <MatrixView model={model} /> : <NoMatrix />)}
        {view === "pair" && <PairView model={model} place={place} go={go} />}
        {view === "implementations" && <ImplementationsView model={model} place={place} go={go} />}
        {view === "results" && <ResultsView model={model} place={place} go={go} />}
        {view === "result" && <ResultView model={model} place={place} />}
        {view === "requirements" && <RequirementsView model={model} place={place} go={go} />}
        {view === "goals" && <GoalsView model={model} />}
      </main>
      <footer>
        <p>
          Made by expat-conformance {model.data.suite} from{" "}
          {[...matrices, ...reports].map(({ file, header }) => `${file} (${moment(header.startedAt)})`).join(", ")}. It loads nothing from
          anywhere.
        </p>
        <p>
          This page contains Preact, © 2015–present Jason Miller, under the MIT licence; its text stands at the end of the page's source.
        </p>
      </footer>
    </>
  );
}

function NoMatrix() {
  return (
    <>
      <h1 tabIndex={-1}>Interop matrix</h1>
      <p>This page holds no matrix.</p>
    </>
  );
}

/** What was cut short is never shown as whole. */
function CutShort({ model: { data } }: { model: Model }) {
  const cut = [
    ...data.reports.filter(({ cut }) => cut).map(({ label, file }) => `the run of ${label} (${file})`),
    ...data.matrices.filter(({ cut }) => cut).map(({ file }) => `the matrix ${file}`),
  ];
  if (cut.length === 0) return null;
  return (
    <aside class="banner" aria-label="Cut short">
      <strong>{cut.length === 1 ? "This run was cut short" : "These runs were cut short"}</strong>: {cut.join(", ")}. What is missing is not
      known, and nothing here counts as passed for having no failure.
    </aside>
  );
}
