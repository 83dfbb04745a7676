import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { PackedReport } from "../../harness/page/data.ts";
import { pageHtml } from "../../harness/page/html.ts";
import { pageData } from "../../harness/page/pack.ts";
import { matrixOf } from "../../harness/page/testing/matrix-records.ts";
import { manyResults, pageInput, report } from "../../harness/page/testing/page-input.ts";
import { failure, result } from "../../harness/report/testing/records.ts";

/** Pages of made-up results, written to disk. */

export const folder = mkdtempSync(join(tmpdir(), "expat-page-"));

/** A page on disk. */
export interface WrittenPage {
  readonly url: string;
  readonly bytes: number;
}

function written(name: string, html: string): WrittenPage {
  const path = join(folder, name);
  writeFileSync(path, html);
  return { url: pathToFileURL(path).href, bytes: Buffer.byteLength(html) };
}

/** Instances of the page `small`. */
export const RELAYED = "expat/5-binding/relayed-from-other-connection[server,sha256]";
export const KNOWN = "rfc9261/5.2.1-certificate/context-altered[client,sha384]";

export const attacks = {
  image: '<img src="x:" onerror="document.title=\'owned\'">',
  script: "</script><script>document.title='owned'</script>",
  link: "javascript:document.title='owned'",
};

const goals: PackedReport["goals"] = [
  { goal: "relay", state: "possible", checks: 33, passed: 32, failed: ["expat/5-binding/relayed-from-other-connection"], untested: [] },
  { goal: "replay", state: "withstood-in-part", checks: 3, passed: 2, failed: [], untested: [{ reason: "blocked", checks: 1 }] },
];

/** Two runs and a matrix. */
export function smallPage(): WrittenPage {
  const failed = failure({
    check: "expat/5-binding/relayed-from-other-connection",
    instance: RELAYED,
    title: "Genuine Evidence of another connection is refused",
    requirements: ["expat-binding-no-replay"],
    goal: "relay",
    mistakes: [{ id: "binding/not-compared", title: "the nonce is not compared", hint: "Compare it.", requirements: [] }],
    stimulus: {
      asked: ["request", "validate"],
      otherwise: [],
      messages: [
        {
          message: "authenticator",
          connection: "a",
          madeBy: "harness",
          sha256: "0".repeat(64),
          length: 2000,
          delivered: "received",
          instead: [],
          altered: {
            edits: ["cmw.value is replaced"],
            control: { sha256: "1".repeat(64), length: 2000 },
            named: [],
            follows: [],
            renewed: [],
            kept: [],
            differs: [{ field: "certificate.entries.0.extensions.0.data", offset: 505, length: 12, controlLength: 12 }],
            further: 0,
          },
        },
      ],
    },
    reproduce: `npx expat-conformance run --iut iuts/zeta --only '${RELAYED}'`,
  });
  const known = failure({
    instance: KNOWN,
    position: "attester/client",
    expectation: "expected",
    baseline: "issue 12",
    requirements: ["rfc9261-certificate-context"],
  });
  const zeta = report("zeta", [
    result({ requirements: ["expat-binding-verified"] }),
    failed,
    known,
    result({ instance: "a/b[client]", outcome: "observed" }),
  ]);
  const eta = report("eta", manyResults(240, "eta"));
  const data = pageData(pageInput({ reports: [zeta, eta], matrices: [{ file: "matrix.jsonl", content: matrixOf() }] }));
  return written("small.html", pageHtml({ ...data, reports: data.reports.map((one) => ({ ...one, goals })) }));
}

/** Names, titles and details that try to be more than text, in a run that was cut short. */
export function attackedPage(): WrittenPage {
  const evil = Object.values(attacks).join(" ");
  const bad = failure({
    check: `${attacks.image}/x`,
    instance: `${attacks.image}/x[${attacks.script}]`,
    title: evil,
    detail: evil,
    found: evil,
    expected: evil,
    why: evil,
    diagnostics: evil,
    mistakes: [{ id: evil, title: evil, hint: evil, requirements: [evil] }],
    requirements: [attacks.link],
    reproduce: `npx expat-conformance run --only '${evil}'`,
  });
  const { file, content } = report(attacks.image, [bad], { whole: false });
  const header = {
    ...content.header,
    iut: { ...content.header.iut, version: attacks.script, hello: { ...content.header.iut.hello, url: attacks.link } },
  };
  const matrix = matrixOf({
    change: (one) => ({
      ...one,
      detail: evil,
      transcript: evil,
      capture: attacks.image,
      ...(one.blame && { blame: { ...one.blame, text: evil } }),
    }),
  });
  return written(
    "attacked.html",
    pageHtml(
      pageData(
        pageInput({
          reports: [{ file: `${attacks.image.replace("/", "")}${file}`, content: { ...content, header } }],
          matrices: [{ file: "m", content: matrix }],
        }),
      ),
    ),
  );
}

/** 20,000 results of seven implementations. */
export function largePage(): WrittenPage {
  const reports = Array.from({ length: 7 }, (_, index) => report(`iut-${index}`, manyResults(index === 6 ? 2852 : 2858, `iut-${index}`)));
  return written("large.html", pageHtml(pageData(pageInput({ reports }))));
}
