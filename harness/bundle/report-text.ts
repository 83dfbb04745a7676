import { oneLine, printable } from "../report/printable.ts";
import type { Case } from "../scenario/case.ts";
import type { Ledger } from "../scenario/ledger.ts";
import { madeOf } from "../scenario/own-mistake.ts";
import { specUrl } from "../scenario/spec-url.ts";
import type { Playing } from "./playing.ts";
import { type BundleRecord, bundleFiles } from "./schema.ts";

/** What a failure bundle says to people: everything that is known, in Markdown. */
export function reportText(record: BundleRecord, script: Case, playing: Playing, ledger: Ledger, replay: string): string {
  const { iut, suite, kind, exercises, position, parameters, seed, number, cause } = record;
  // That it did not notice what the case itself makes wrong is said by that.
  const mistakes = playing.failed.flatMap(({ verdict }) => verdict.mistakes ?? []).filter(({ id }) => id !== script.id);
  const made = madeOf(script.steps);
  const lines = [
    `# ${text(script.title)}`,
    "",
    `${text(iut.name)} ${text(iut.version)}: ${STATES[kind]} Found in case ${number} of the campaign with the seed ${code(seed)}.`,
    "",
    record.requirements.length === 1 ? "## The statement" : "## The statements",
    "",
    ...record.requirements.flatMap((id) => statementText(id, ledger)),
    "",
    "## Expected, and found",
    "",
    `- expected: ${text(record.expected)}`,
    `- found: ${text(record.found)}`,
    ...(record.failing.length > 0 ? [`- checks that fail: ${record.failing.map(code).join(", ")}`] : []),
    ...(record.failing.length === 0 ? ["- it was not seen again when this was written"] : []),
    "",
    ...(made.length === 0 ? [] : ["## What is otherwise than in a right exchange", "", ...made.map((each) => `- ${text(each)}`), ""]),
    ...(script.why === undefined ? [] : ["## Why it matters", "", text(script.why), ""]),
    ...(mistakes.length === 0
      ? []
      : ["## What it looks like", "", ...mistakes.map(({ id, title, hint }) => `- ${text(title)} (${code(id)}). ${text(hint)}`), ""]),
    "## Again",
    "",
    "```sh",
    replay,
    "```",
    "",
    "## Parameters",
    "",
    `- position: ${position}`,
    `- cipher suite: ${parameters.cipherSuite}`,
    `- signature scheme: ${parameters.signatureScheme}`,
    `- format: ${parameters.format ?? "nothing is attested"}`,
    `- profile: ${code(JSON.stringify(record.profile))}`,
    `- what is left of the case: ${exercises.map(code).join(", ")}`,
    `- cause: ${code(cause)}`,
    `- implementation: ${text(iut.name)} ${text(iut.version)}, started from ${code(iut.path)}`,
    `- suite: ${suite.name} ${suite.version}`,
    "",
    "## Files",
    "",
    `- ${bundleFiles.case}: the case, as the suites have theirs`,
    `- ${bundleFiles.transcript}: every message, field by field`,
    `- ${bundleFiles.capture}: the connections with their TLS secrets; Wireshark opens and decrypts it`,
    `- ${bundleFiles.stderr}: the last words of the implementation`,
    `- ${bundleFiles.bundle}: the same as here, for programs`,
  ];
  return `${lines.join("\n")}\n`;
}

const STATES: Readonly<Record<BundleRecord["kind"], string>> = {
  failure: "it failed in the same way each time that it was played again.",
  inconclusive: "inconclusive: it did not fail each time that it was played again.",
  "harness-error": "an error of the suite itself, which says nothing about the implementation; please report it.",
};

function statementText(id: string, ledger: Ledger): string[] {
  const requirement = ledger.get(id);
  if (requirement === undefined) return [`- ${code(id)}`];
  const { section, level, revision, sentence } = requirement;
  const [document = revision] = revision.split(/,| \(/);
  const place = section.startsWith("RFC") ? section : `${document}, ${section}`;
  const original = sentence === undefined ? "" : ` The sentence of the text has the fingerprint ${code(sentence)}.`;
  return [`- ${code(id)} (${place}, ${level}): ${text(requirement.text)}. ${specUrl(requirement)}.${original}`];
}

// What comes from an implementation must not become markup.
function text(from: string): string {
  return oneLine(from).replace(/[\\`*_[\]<>#|]/g, "\\$&");
}

function code(from: string): string {
  const plain = printable(oneLine(from));
  const fence = plain.includes("`") ? "``" : "`";
  return fence === "`" ? `\`${plain}\`` : `${fence} ${plain} ${fence}`;
}
