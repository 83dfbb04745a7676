import type { Matrix, MatrixResult } from "../matrix/records.ts";
import { counted } from "./layout.ts";
import { cutShort, limited, type MarkdownLook, statement } from "./markdown-run.ts";
import { code, command, markdownTable, prose } from "./markdown-text.ts";
import { verdictOfMatrix } from "./standing.ts";
import { groups, inWords } from "./summary.ts";

/** A matrix in Markdown: a row an attester, a column a relying party; behind it what does not work, whose fault it is, and how to see it again. */
export function markdownOfMatrix(matrix: Matrix, look: MarkdownLook): string[] {
  const { header, results, footer } = matrix;
  const built = header.implementations.filter(({ notBuilt }) => notBuilt === undefined);
  const absent = header.implementations.filter(({ notBuilt }) => notBuilt !== undefined);
  const heading = footer ? [`### Interop matrix: ${prose(verdictOfMatrix(matrix).text)}`] : cutShort("Interop matrix");
  const rows = built.map((attester) => [
    `**${prose(attester.name)}** ${prose(attester.version)}`,
    ...built.map((relyingParty) => cell(results.filter((one) => one.attester === attester.name && one.relyingParty === relyingParty.name))),
  ]);
  return [
    ...heading,
    "",
    `${prose(header.suite.name)} ${prose(header.suite.version)}, profile ${code(header.profile.revision)}, ${prose(header.startedAt.slice(0, 10))}`,
    "",
    ...markdownTable(["attester ↓, relying party →", ...built.map(({ name }) => prose(name))], rows),
    ...absent.map(({ name, notBuilt = "" }) => `- **${prose(name)}**: ${prose(notBuilt)}`),
    ...(absent.length > 0 ? [""] : []),
    ...failures(matrix, look),
  ];
}

// Words, and no colour: `server: 12 of 12 right` is the attester as TLS server.
function cell(results: readonly MatrixResult[]): string {
  const directions = groups(results, ({ direction }) => direction).map(([direction, group]) => {
    const asked = group.filter(({ outcome }) => outcome !== "unsupported");
    const good = asked.filter(({ outcome }) => outcome === "pass" || outcome === "observed").length;
    const side = direction.replace("attester/", "");
    if (asked.length === 0) return `${side}: nothing in common`;
    const bad = groups(
      asked.filter(({ outcome }) => outcome !== "pass" && outcome !== "observed"),
      ({ outcome }) => outcome,
    ).map(([, some]) => inWords((some[0] as MatrixResult).outcome, some.length));
    const text = `${side}: ${good} of ${asked.length} right`;
    return bad.length === 0 ? text : `**${text}, ${bad.join(", ")}**`;
  });
  return directions.length === 0 ? "not played" : directions.join("<br>");
}

function failures({ header, results }: Matrix, { ledger, rows: limit }: MarkdownLook): string[] {
  const failing = results.filter(({ outcome }) => outcome !== "pass" && outcome !== "observed" && outcome !== "unsupported");
  if (failing.length === 0) return [];
  const exchanges = new Map(header.exchanges.map((exchange) => [exchange.id, exchange]));
  const rows = groups(failing, ({ attester, relyingParty, direction, exchange, outcome, blame }) =>
    JSON.stringify([attester, relyingParty, direction, exchange, outcome, blame?.text]),
  ).map(([, group]) => {
    const [{ attester, relyingParty, direction, exchange, outcome, detail, blame, disclosure, reproduce }] = group as [
      MatrixResult,
      ...MatrixResult[],
    ];
    const known = exchanges.get(exchange);
    return [
      `${prose(attester)} → ${prose(relyingParty)}<br>${prose(direction)}`,
      `${code(exchange)}<br>${prose(known?.title ?? "")}`,
      `${prose(outcome)}${group.length > 1 ? ` (${counted(group.length, "time")})` : ""}`,
      [blame ? prose(blame.text) : code(detail), ...(disclosure === undefined ? [] : [`*${prose(disclosure)}*`])].join("<br>"),
      (known?.requirements ?? []).map((id) => statement(id, ledger)).join("<br>"),
      command(reproduce),
    ];
  });
  return [
    "#### What does not work",
    "",
    ...limited(["pair", "exchange", "outcome", "whose fault", "statement", "play it alone"], rows, limit),
  ];
}
