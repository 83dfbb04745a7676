import type { Command } from "commander";

/** The commands below `report` that make something of the reports of runs and of matrices. Each is loaded when it is called. */
export function addReportTools(report: Command, rows: (text: string) => number): void {
  report
    .command("badge")
    .description("make a badge of a report: how many checks passed, or what failed, as SVG and as the JSON that shields.io reads")
    .argument("<file>", "report of a run, or matrix, in JSON Lines")
    .option("--out <file>", "write the SVG there (default, where --shields is not given: standard output)")
    .option("--shields <file>", "write the JSON of an endpoint badge there (https://shields.io/badges/endpoint-badge)")
    .option("--label <text>", "what stands on its left side", "expat-conformance")
    .addHelpText(
      "after",
      `
Green: all that was asked passed. Yellow: nothing fails that the baseline does not know of, but something does, a SHOULD is broken, or only a part of
the checks was asked. Red: something fails unexpectedly. Grey: an error of the harness, or nothing was carried out. The words say the same.

Exit codes: 0 the badge was written; 2 a file that is no report, or one that was cut short (nothing is written).

Examples:
  $ expat-conformance report badge report.jsonl --out badge.svg
  $ expat-conformance report badge report.jsonl --shields badge.json --label "acme-expat"`,
    )
    .action(async (file, options) => {
      const { reportBadgeCommand } = await import("./report-badge.ts");
      process.exitCode = reportBadgeCommand(file, options);
    });

  report
    .command("markdown")
    .description(
      "print a summary in GitHub's Markdown: totals, security goals, failures with their statement and the command that runs each alone",
    )
    .argument("<file...>", "reports of runs, or matrices, in JSON Lines; they come one below the other")
    .option("--out <file>", "write it there (- is standard output)", "-")
    .option("--rows <n>", "how many rows a table has at most", rows, 50)
    .addHelpText(
      "after",
      `
A report that was cut short is shown, and says so above all else. Names and details stand there as text, whatever is in them.

Exit codes: 0 the summary was written, whatever is in it; 2 a file that is no report (nothing is written).

Examples:
  $ expat-conformance report markdown report.jsonl >> "$GITHUB_STEP_SUMMARY"
  $ expat-conformance report markdown matrix.jsonl cocos.jsonl --out summary.md`,
    )
    .action(async (files, options) => {
      const { reportMarkdownCommand } = await import("./report-markdown.ts");
      process.exitCode = reportMarkdownCommand(files, options);
    });

  report
    .command("diff")
    .description("say what changed between two reports: regressions, fixes, what is asked now and was not, what is asked no more")
    .argument("<old>", "report of a run, or matrix, in JSON Lines")
    .argument("<new>", "the later one, of the same implementation, or of a matrix")
    .option("--json", "as an object: regressions, fixes, added, gone, changed, same, notes")
    .option("--force", "compare reports of different implementations or profiles all the same")
    .addHelpText(
      "after",
      `
Instances are compared by their ids. A regression is what passed or was observed and now fails, is blocked or inconclusive, or breaks a SHOULD.
What is asked now and fails is no regression; it is shown, and counted apart. An error of the harness is no regression either: it says nothing of the
implementation. Versions of the implementation and of the suite may differ; of a report of a part of the checks nothing is concluded about the rest.

Exit codes: 0 nothing got worse; 1 regressions; 2 a file that is no whole report, reports of different implementations or profiles
(without --force), or errors of the harness in the second report.

Examples:
  $ expat-conformance report diff main.jsonl branch.jsonl
  $ expat-conformance report diff --json reports/matrix/matrix.jsonl matrix.jsonl`,
    )
    .action(async (before, after, options) => {
      const { reportDiffCommand } = await import("./report-diff.ts");
      process.exitCode = reportDiffCommand(before, after, options);
    });

  report
    .command("sign")
    .description("sign a report: an Attestation Result (EAR as JWT, in a CMW) over its digest, the suite's version and the implementation")
    .argument("<file>", "report of a run that came to its end, in JSON Lines")
    .requiredOption("--key <file>", "private key in PEM: ECDSA P-256 or P-384, Ed25519, or RSA")
    .option("--chain <file>", "certificates of the key in PEM, leaf first, without the root")
    .option("--out <file>", "write the signed report there (- is standard output)", "-")
    .addHelpText(
      "after",
      `
Its status: affirming, where all of a whole run is as it must be; warning, where nothing fails that the baseline does not know of, but something
does, a SHOULD is broken, or only a part of the checks was asked; contraindicated, where something fails unexpectedly; none, where the report says
nothing of the implementation. The signature says who has run the suite, and no more: the report itself is not part of it, and goes beside it.

Exit codes: 0 it was written; 2 a report that is not whole, a key that fits no algorithm, certificates that are not the key's.

Example:
  $ expat-conformance report sign report.jsonl --key signer.pem --chain signer-chain.pem --out report.cmw`,
    )
    .action(async (file, options) => {
      const { reportSignCommand } = await import("./report-sign.ts");
      process.exitCode = reportSignCommand(file, options);
    });

  report
    .command("verify")
    .description("check a signed report: its form, its signature, and that it speaks of this file, suite version and implementation")
    .argument("<file>", "the report, byte by byte as it was signed")
    .argument("<signed>", "what `report sign` wrote")
    .option("--key <file>", "the signer's public key, or a certificate of it, in PEM")
    .option("--trust <file>", "roots in PEM that the signer's certificates must lead to")
    .option("--at <time>", "judge certificates and times as of then (default: now)")
    .option("--json", "as an object: holds, checks, status, issuedAt, signer")
    .addHelpText(
      "after",
      `
Whether the report is good news is another question: the status is printed, and decides nothing here.

Exit codes: 0 all holds; 1 something does not, each with what was expected and found; 2 a file that cannot be read, or a key or root that is none.

Examples:
  $ expat-conformance report verify report.jsonl report.cmw --key signer-public.pem
  $ expat-conformance report verify report.jsonl report.cmw --trust root.pem`,
    )
    .action(async (file, signed, options) => {
      const { reportVerifyCommand } = await import("./report-sign.ts");
      process.exitCode = reportVerifyCommand(file, signed, options);
    });
}
