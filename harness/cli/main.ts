#!/usr/bin/env node
import { Command, InvalidArgumentError, Option } from "commander";
import { version } from "../version.ts";
import { EXIT_USAGE, reportProblem } from "./problem.ts";

// Each command is loaded when it is called: `--help` has to be there at once.

const program = new Command("expat-conformance")
  .description("Conformance suite for TLS exported authenticators (RFC 9261) and TLS exported attestation (expat).")
  .version(version)
  .showHelpAfterError("(--help shows the usage)")
  .addHelpText("after", "\nExample (judges the bundled reference):\n  $ expat-conformance run")
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : EXIT_USAGE));

const iutOption = new Option("--iut <path>", 'folder with an iut.yaml, the file itself, or "reference"').default("reference");

function integer(from: number, to: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < from || value > to)
      throw new InvalidArgumentError(`expected a whole number from ${from} to ${to}`);
    return value;
  };
}

// A timer of more than 24 days would fire at once.
const milliseconds = integer(100, 3_600_000);

// Commas part several values of one option, but not the parameters of an instance id, `…[server,sha384]`, nor a path of a report.
const collect =
  (separator: RegExp) =>
  (value: string, previous: string[] = []): string[] => [...previous, ...value.split(separator).map((part) => part.trim())];

const collectGlobs = collect(/,(?![^[]*\])/);

program
  .command("run")
  .description("run the suites against an implementation and judge it, statement by statement")
  .addOption(iutOption)
  .option("--endpoint [host:port]", "drive the product as deployed: at this address, or as the manifest's endpoint section starts it")
  .option("--only <glob>", "only checks whose id matches (* matches anything); may be given more than once", collectGlobs)
  .option(
    "--position <position>",
    "only these positions: attester/server, attester/client, relying-party/server, relying-party/client",
    collect(/,/),
  )
  .option(
    "--report <kind=file>",
    "write a report: jsonl=F, tap=F, junit=F (- is stdout); may be given more than once",
    collect(/,(?=\w+=)/),
  )
  .option("--baseline <file>", "known deviations (default: the one that the manifest names)")
  .option("--no-baseline", "judge without the manifest's baseline")
  .option("--profile <file>", "YAML or JSON: what the drafts leave open (schemas/profile.schema.json); default: docs/iut-protocol.md")
  .option("--workers <n>", "processes of the implementation side by side (default: one per core)", integer(1, 256))
  .option("--timeout <ms>", "deadline for one answer of a shim", milliseconds, 10_000)
  .option("--seed <text>", "source of the contexts that the harness chooses (default: random; printed in the report)")
  .option("--no-build", "do not run the manifest's build command first")
  .option("--verbose", "name known deviations and blocked checks one by one")
  .addHelpText(
    "after",
    `
Exit codes: 0 nothing unexpected; 1 nonconformance, or a baseline entry that is stale or expired; 2 usage, or an error of the
harness or of the shim; 3 nothing was executed.

Examples:
  $ expat-conformance run
  $ expat-conformance run --iut iuts/cocos --report jsonl=report.jsonl,junit=report.xml
  $ expat-conformance run --iut iuts/cocos --only 'expat/5-binding/*' --position relying-party/client
  $ expat-conformance run --iut iuts/cocos --endpoint`,
  )
  .action(async (options) => {
    const { runCommand } = await import("./run-command.ts");
    process.exitCode = await runCommand(options);
  });

program
  .command("list")
  .description("list the checks with their titles")
  .option("--json", "as an array of objects with id, title, iut, requirements and kind")
  .option("--only <glob>", "only checks whose id matches", collectGlobs)
  .addHelpText("after", "\nExample:\n  $ expat-conformance list --only 'expat/*' --json")
  .action(async (options) => {
    const { listCommand } = await import("./list-command.ts");
    listCommand(options);
  });

program
  .command("requirements")
  .description("list the statements of the specifications, and the checks that answer them")
  .option("--json", "as an array of objects with id, spec, section, level, disposition and checks")
  .option("--spec <name>", "only this specification: rfc9261, expat, cmw, rfc8446, eat, ear, iut")
  .addHelpText("after", "\nExample:\n  $ expat-conformance requirements --spec expat")
  .action(async (options) => {
    const { requirementsCommand } = await import("./requirements-command.ts");
    requirementsCommand(options);
  });

program
  .command("explain")
  .description("say what a check is about: statements, why it matters, known mistakes, a right and a wrong exchange with annotated bytes")
  .argument("[check]", "the id of a check, as `list` prints it, or of an instance, as a failure does")
  .option("--mistakes", "list all mistakes that a failure can be named by, in place of one check")
  .option("--json", "as an object (with --mistakes: an array) instead of text")
  .addHelpText(
    "after",
    `
Examples:
  $ expat-conformance explain rfc9261/5-authenticate/answers#certificate-verify
  $ expat-conformance explain expat/5-binding/binding-altered
  $ expat-conformance explain --mistakes`,
  )
  .action(async (check, options) => {
    const { explainCommand } = await import("./explain-command.ts");
    await explainCommand(check, options);
  });

program
  .command("doctor")
  .description("tell a broken shim from a wrong implementation: start it, say hello, connect in each position, compare an exporter value")
  .addOption(iutOption)
  .option("--profile <file>", "YAML or JSON: what the drafts leave open (schemas/profile.schema.json)")
  .option("--timeout <ms>", "deadline for one answer of the shim", milliseconds, 10_000)
  .option("--no-build", "do not run the manifest's build command first")
  .addHelpText("after", "\nExample:\n  $ expat-conformance doctor --iut iuts/cocos")
  .action(async (options) => {
    const { doctorCommand } = await import("./doctor-command.ts");
    process.exitCode = await doctorCommand(options);
  });

program
  .command("reference")
  .description("serve the bundled reference as a shim: JSON-RPC lines on stdin and stdout")
  .addHelpText("after", "\nExample (a manifest):\n  name: reference-as-a-shim\n  command: [npx, expat-conformance, reference]")
  .action(async () => {
    const { referenceCommand } = await import("./reference-command.ts");
    await referenceCommand();
  });

// A reader such as `head` that has seen enough ends neither the run nor its reports.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportProblem(error);
}
