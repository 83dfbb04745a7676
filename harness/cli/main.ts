#!/usr/bin/env node
import { Command, InvalidArgumentError, Option } from "commander";
import { version } from "../version.ts";
import { EXIT_USAGE, reportProblem } from "./problem.ts";
import { addReportTools } from "./report-tools.ts";

// Each command is loaded when it is called: `--help` has to be there at once.

const program = new Command("expat-conformance")
  .description("Conformance suite for TLS exported authenticators (RFC 9261) and TLS exported attestation (expat).")
  .version(version)
  .showHelpAfterError("(--help shows the usage)")
  // `requirements` and `requirements drift` have options of the same names.
  .enablePositionalOptions()
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

function duration(text: string): number {
  const [, number, unit] = /^(\d+)(s|m|h)$/.exec(text) ?? [];
  const seconds = Number(number) * ({ s: 1, m: 60, h: 3600 }[unit ?? ""] ?? Number.NaN);
  if (!(seconds > 0 && seconds <= 24 * 3600))
    throw new InvalidArgumentError("expected a duration of at most a day, such as 30s, 10m or 2h");
  return seconds * 1000;
}

// A timer of more than 24 days would fire at once.
const milliseconds = integer(100, 3_600_000);

// Commas part several values of one option (of a path nothing does), but not the parameters of an instance id, `…[server,sha384]`, nor a path of a report.
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
    "write a report: jsonl=F, tap=F, junit=F, ctrf=F, observed=F (- is stdout); may be given more than once",
    collect(/,(?=\w+=)/),
  )
  .option("--baseline <file>", "known deviations (default: the one that the manifest names)")
  .option("--no-baseline", "judge without the manifest's baseline")
  .option("--since <version>", "show failures of checks that this version of the suite did not have apart: new questions, no regressions")
  .option("--profile <file>", "YAML or JSON: what the drafts leave open (schemas/profile.schema.json); default: docs/iut-protocol.md")
  .option("--workers <n>", "processes of the implementation side by side (default: one per core, at most 4)", integer(1, 256))
  .option("--timeout <ms>", "deadline for one answer of a shim", milliseconds, 10_000)
  .option("--seed <text>", "source of the contexts that the harness chooses (default: random; printed in the report)")
  .option("--no-build", "do not run the manifest's build command first")
  .option("--verbose", "name known deviations and blocked checks one by one")
  .addHelpText(
    "after",
    `
Exit codes: 0 nothing unexpected; 1 nonconformance, or a baseline entry that is stale, expired, twice there or matches nothing; 2 usage,
or an error of the harness or of the shim; 3 nothing was executed. With --since, a check that is newer than that version and does not
pass leaves it at 0 and is shown by name: it becomes a 1 when --since is left out, and known when \`baseline update\` has taken it.

Examples:
  $ expat-conformance run
  $ expat-conformance run --iut iuts/cocos --report jsonl=report.jsonl,junit=report.xml
  $ expat-conformance run --iut iuts/cocos --only 'expat/5-binding/*' --position relying-party/client
  $ expat-conformance run --iut iuts/cocos --since 0.1.0
  $ expat-conformance run --iut iuts/cocos --endpoint`,
  )
  .action(async (options) => {
    const { runCommand } = await import("./run-command.ts");
    process.exitCode = await runCommand(options);
  });

program
  .command("baseline")
  .description("keep the list of known deviations true")
  .addHelpText("after", "\nExample:\n  $ expat-conformance baseline update --iut iuts/cocos")
  .command("update")
  .description(
    "run the suites, or read a report, and bring the baseline up to date: what passes now goes, what fails and is not in it comes",
  )
  .addOption(iutOption)
  .option("--endpoint [host:port]", "drive the product as deployed: at this address, or as the manifest's endpoint section starts it")
  .addOption(
    new Option("--report <file>", "take the results of this finished report (JSON Lines) and run nothing").conflicts([
      "endpoint",
      "only",
      "profile",
      "workers",
    ]),
  )
  .option("--baseline <file>", "the file to write (default: the one that the manifest names, or baseline.yaml beside it)")
  .option("--reason <text>", "the reason of new entries (default: one that a run refuses until it has been replaced)")
  .option("--only <glob>", "only checks whose id matches; of what was not asked no entry is removed", collectGlobs)
  .option("--profile <file>", "YAML or JSON: what the drafts leave open (schemas/profile.schema.json)")
  .option("--workers <n>", "processes of the implementation side by side (default: one per core, at most 4)", integer(1, 256))
  .option("--timeout <ms>", "deadline for one answer of a shim", milliseconds, 10_000)
  .option("--no-build", "do not run the manifest's build command first")
  .addHelpText(
    "after",
    `
Entries that still hold stay as they are, comments included. An entry of a whole check of which some instances pass now becomes one for
each of the others. Comments in front of a block of entries stay with the block.

Exit codes: 0 the file can be used as it is; 1 entries wait for a reason, or have expired (each with its line); 2 usage, a run that was
aborted, or an error of the harness: then the file is not touched.

Examples:
  $ expat-conformance baseline update --iut iuts/cocos
  $ expat-conformance baseline update --report report.jsonl --reason "the next release mends it (issue 12)"`,
  )
  .action(async (options) => {
    const { baselineUpdateCommand } = await import("./baseline-command.ts");
    process.exitCode = await baselineUpdateCommand(options);
  });

program
  .command("ambiguities")
  .description("list the open points of the specifications: what is open, what implementations did, what to ask the working group")
  .option("--json", "as an array of objects")
  .addHelpText("after", "\nExample:\n  $ expat-conformance ambiguities")
  .action(async (options) => {
    const { ambiguitiesCommand } = await import("./ambiguities-command.ts");
    ambiguitiesCommand(options);
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

const requirements = program
  .command("requirements")
  .description("list the statements of the specifications, and the checks that answer them, with the totals")
  .option("--json", "as an array of objects with id, spec, section, level, disposition and checks")
  .option("--spec <name>", "only this specification: rfc9261, expat, cmw, rfc8446, rfc5280, eat, ear, iut")
  .addOption(new Option("--markdown", "the totals alone, as the table that stands in README.md").conflicts("json"))
  .addOption(
    new Option(
      "--check",
      "only what is wrong: statements with no disposition, checks of no statement; exit code 1 if there are any",
    ).conflicts(["json", "spec", "markdown"]),
  )
  .enablePositionalOptions()
  .addHelpText("after", "\nExample:\n  $ expat-conformance requirements --spec expat")
  .action(async (options) => {
    const { requirementsCommand } = await import("./requirements-command.ts");
    process.exitCode = requirementsCommand(options);
  });

requirements
  .command("drift")
  .description("compare later revisions of the texts with those that the ledger was made from, and name the checks that changes touch")
  .argument("<file...>", "kramdown source (.md) or rendered text (.txt) of a specification")
  .option("--spec <name>", "which specification it is: rfc9261, expat, cmw, rfc8446, eat, ear (default: found out)")
  .option("--json", "as an array, one object a file")
  .addHelpText(
    "after",
    `
Exit codes: 0 nothing has changed; 1 drift; 2 a file that is missing, empty or no specification.

Example:
  $ expat-conformance requirements drift draft-fossati-seat-expat-04.txt`,
  )
  .action(async (files, options) => {
    const { driftCommand } = await import("./drift-command.ts");
    process.exitCode = driftCommand(files, options);
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
  .command("fuzz")
  .description("generate sentences of the mutation language, play them against implementations, and shrink what they get wrong")
  .option("--iut <path>", 'as in `run` (default: "reference"); more than one: each case is put before all of them', collect(/(?!)/))
  .option("--seed <text>", "source of all choices: the same seed gives the same cases (default: random; printed)")
  .option("--cases <n>", "how many cases, in all shards together (default: 10000, or as many as --time allows)", integer(1, 1_000_000_000))
  .option("--time <duration>", "how long, such as 30s, 10m or 2h", duration)
  .option("--position <position>", "only these positions, as in `run`", collect(/,/))
  .option("--focus <part>", "only edits of these parts: authenticator, evidence, binding, request, cmw", collect(/,/))
  .option("--shard <i/n>", "only each n-th case, beginning with the i-th; auto: as the job that this runs in says (docs/campaigns.md)")
  .option("--workers <n>", "threads, each with a process of the implementation (default: one per core, at most 4)", integer(1, 64))
  .option("--out <folder>", "where report, checkpoint and failure bundles go (default: fuzz-SEED)")
  .option("--resume <folder>", "go on with the campaign in this folder; --cases or --time extend it")
  .option("--show <number>", "print this case as a scenario and play it alone; nothing is written", integer(0, Number.MAX_SAFE_INTEGER))
  .option("--profile <file>", "YAML or JSON: what the drafts leave open (schemas/profile.schema.json)")
  .option("--timeout <ms>", "deadline for one answer of a shim", milliseconds, 10_000)
  .option("--no-build", "do not run the manifest's build command first")
  .addHelpText(
    "after",
    `
Each sentence must be accepted, must be refused, or is left open by the texts; that follows from what its edits do, and the appraisal of
the message has to agree. What an implementation gets wrong is made smaller, confirmed three times, and written as a bundle that
\`replay\` plays again. Ctrl-C ends a campaign with a whole report; --resume goes on.

Exit codes: 0 nothing was found; 1 failures; 2 usage, an error of the harness, or an implementation that could not go on; 3 nothing was
played; 130 and others of their kind: stopped by a signal.

Examples:
  $ expat-conformance fuzz --iut iuts/cocos --seed 1 --cases 2000
  $ expat-conformance fuzz --iut iuts/cocos --time 10m --focus binding,evidence
  $ expat-conformance fuzz --iut iuts/cocos --iut reference --cases 5000
  $ expat-conformance fuzz --resume fuzz-1`,
  )
  .action(async (options) => {
    const { fuzzCommand } = await import("./fuzz-command.ts");
    process.exitCode = await fuzzCommand(options);
  });

program
  .command("init")
  .description("write a shim to start from: an implementation over a TLS library of the language, whole and green as it is")
  .argument("[folder]", "where to; new or empty; its last part is the name of the implementation")
  .option("--lang <language>", "go, rust, python, java, c or node")
  .option("--list", "say what each stands on and needs")
  .addHelpText("after", "\nExample:\n  $ expat-conformance init --lang go my-shim\n  $ expat-conformance doctor --iut my-shim")
  .action(async (folder, options) => {
    const { initCommand } = await import("./init-command.ts");
    process.exitCode = initCommand(folder, options);
  });

program
  .command("matrix")
  .description("let implementations talk to each other, every attester with every relying party, and say whose fault a failure is")
  .option(
    "--iut <path>",
    "as in `run`; plays both roles; more than one (default: every folder of iuts/, and the reference)",
    collect(/(?!)/),
  )
  .option("--attester <path>", "plays the attester only; more than one", collect(/(?!)/))
  .option("--relying-party <path>", "plays the relying party only; more than one", collect(/(?!)/))
  .option("--only <glob>", "only exchanges whose id matches (* matches anything); may be given more than once", collectGlobs)
  .option("--out <folder>", "where matrix.jsonl and captures/ go (default: nothing is written)")
  .option("--published <file>", "compare with this matrix: what each exchange of each pair came to, and who is blamed")
  .option("--profile <file>", "YAML or JSON: what the drafts leave open (schemas/profile.schema.json)")
  .option("--workers <n>", "pairs side by side", integer(1, 64), 2)
  .option("--timeout <ms>", "deadline for one answer of a shim", milliseconds, 10_000)
  .option("--seed <text>", "source of what the harness chooses (default: random; in the header)")
  .option("--no-build", "do not run the manifests' build commands first")
  .addHelpText(
    "after",
    `
The harness is the wire: the two ends share one TLS connection whose bytes it passes on, and each pair is played in both directions of TLS.
Where an exchange fails, each end is asked alone for its part in it, and the failure is put down to whoever does not conform there. An
implementation that cannot be built is in the matrix with the reason.

Exit codes: 0 all exchanges came to what they should (with --published: to what is published); 1 they did not; 2 usage, or an error of the
harness; 3 nothing was played.

Examples:
  $ expat-conformance matrix --out matrix
  $ expat-conformance matrix --iut iuts/go-crypto-tls --iut iuts/python-openssl --iut reference
  $ expat-conformance matrix --attester iuts/cocos --relying-party reference --only 'interop/attests*'
  $ expat-conformance matrix --published reports/matrix/matrix.jsonl`,
  )
  .action(async (options) => {
    const { matrixCommand } = await import("./matrix-command.ts");
    process.exitCode = await matrixCommand(options);
  });

const report = program
  .command("report")
  .description("read reports again: those of runs, of matrices and of campaigns")
  .addHelpText(
    "after",
    `
Examples:
  $ expat-conformance report markdown report.jsonl
  $ expat-conformance report show fuzz-1/campaign.jsonl`,
  );

report
  .command("merge")
  .description(
    "join reports: those of all shards of a campaign, or those of the parts of a run (`run --position`, each in a job of its own)",
  )
  .argument("<file...>", "campaign.jsonl of each shard, or the report of each part of a run")
  .option("--out <file>", "write the joined report there (- is stdout, without the summary)")
  .option("--json", "print the merged report as one object in place of the summary")
  .addHelpText(
    "after",
    `
Findings of one cause are one, with their counts added and the case with the smallest number kept. Bundles stay where they are: the merged
report says where, seen from its own folder. Gaps, doubles and reports of other campaigns are refused.

The parts of a run are of one implementation and version, one profile, one version of the suite and one --seed, and ask for nothing twice. What
all parts together leave out is left out: the joined report is that of a whole run only where all four positions were asked for in full.
That an entry of the baseline matches nothing, or is stale as a glob, a run of a part does not say, and so this does not.

Exit codes: 0 nothing was found; 1 failures; 2 a file that is no whole report, or reports that do not belong together
(each problem is said, nothing is written), or errors of the harness, or a campaign that was given up; 3 nothing was carried out.

Examples:
  $ expat-conformance report merge reports/shard-*/campaign.jsonl --out reports/campaign.jsonl
  $ expat-conformance report merge attester.jsonl relying-party.jsonl --out report.jsonl
  $ expat-conformance report merge --json shard-1.jsonl shard-2.jsonl`,
  )
  .action(async (files, options) => {
    const { reportMergeCommand } = await import("./report-command.ts");
    process.exitCode = reportMergeCommand(files, options);
  });

report
  .command("show")
  .description(
    "print the report of a campaign for people: coverage, what was never played, differences, findings with their replay command",
  )
  .argument("<file>", "campaign.jsonl, of a shard or merged")
  .addHelpText(
    "after",
    `
Exit codes as those of the campaign: 0 nothing was found; 1 failures; 2 errors of the harness, a campaign that was given up, or a file
that is no whole report; 3 nothing was played.

Example:
  $ expat-conformance report show fuzz-1/campaign.jsonl`,
  )
  .action(async (file) => {
    const { reportShowCommand } = await import("./report-command.ts");
    process.exitCode = reportShowCommand(file);
  });

addReportTools(report, integer(1, 100_000));

report
  .command("html")
  .description("write one page, which opens from disk and needs no network, of reports of runs and of matrices")
  .argument("<file...>", "reports in JSON Lines (`run --report jsonl=F`), matrices in JSON Lines, in any mix")
  .requiredOption("--out <file>", "the page; - is standard output")
  .addHelpText(
    "after",
    `
Of several reports of the same implementation the one that was started last counts; it is the same where name, version, path, what it
declares and the profile are. Others stand beside one another. The same holds of matrices of the same implementations and profile.
A report without a footer is shown, under a banner that says that the run was cut short.

Exit codes: 0 the page is written; 2 usage, or a file that is no report (each with what is wrong with it; nothing is written).

Example:
  $ expat-conformance report html --out page.html reports/matrix/matrix.jsonl report.jsonl`,
  )
  .action(async (files, options) => {
    const { reportHtmlCommand } = await import("./report-html.ts");
    reportHtmlCommand(files, options);
  });

program
  .command("replay")
  .description("play a failure bundle of a campaign again: exactly that case, with the parameters of the bundle")
  .argument("<bundle>", "the folder of a failure bundle, as `fuzz` writes it")
  .option("--iut <path>", "against this implementation (default: the one that the bundle names)")
  .addOption(
    new Option("--save-as <file>", "run nothing: write the case, as it stands in the bundle, as a suite file").conflicts(["iut", "json"]),
  )
  .option("--json", "print what came of it as an object (schemas/replay.schema.json)")
  .option("--timeout <ms>", "deadline for one answer of a shim", milliseconds, 10_000)
  .option("--no-build", "do not run the manifest's build command first")
  .addHelpText(
    "after",
    `
The case is judged as \`run\` judges: behind its control, with the levels of the ledger. A case.yaml that was edited is not replayed; with
--save-as it becomes a case of the suites, under ids made of the file's name, and can be run and edited there.

Exit codes: 0 it is right now; 1 it still fails, or fails otherwise; 2 usage, a bundle that cannot be read or was edited, or an error of
the harness; 3 not executed: not supported by this implementation, or its control did not succeed.

Examples:
  $ expat-conformance replay bundles/relying-party-binding-equal-1a2b3c
  $ expat-conformance replay bundles/relying-party-binding-equal-1a2b3c --iut iuts/cocos
  $ expat-conformance replay bundles/relying-party-binding-equal-1a2b3c --save-as suites/regressions/binding.yaml`,
  )
  .action(async (bundle, options) => {
    const { replayCommand } = await import("./replay-command.ts");
    process.exitCode = await replayCommand(bundle, options);
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
  .command("appraise")
  .description("judge recorded messages offline: a request, an authenticator, a part of one, with what they are to be judged by")
  .argument("<file...>", "recordings (JSON, docs/vectors.md), or files of vectors, of which each vector is one")
  .option("--id <id>", "of files of vectors only the vector of that id")
  .option("--json", "as an array, one object a file (schemas/appraisal.schema.json)")
  .option("--explain", "with each finding why it matters and the statements that it breaks")
  .addHelpText(
    "after",
    `
Prints each step with what it came to, the values that the suite computes on the way, and the first place where the message and what it
should be part. What a recording does not give is not judged, and it is said what would be needed. Values that your own code has computed
can stand in \`claimed\`: each is compared.

Exit codes: 0 nothing was found; 1 a finding, or a claimed value that is wrong; 2 bad input (with its place; other files are still judged).

Examples:
  $ expat-conformance appraise my-authenticator.json
  $ expat-conformance appraise --explain vectors/exchanges.json --id exchanges/background-check-server/relayed
  $ expat-conformance appraise --json *.json`,
  )
  .action(async (files, options) => {
    const { appraiseCommand } = await import("./appraise-command.ts");
    process.exitCode = appraiseCommand(files, options);
  });

const vectors = program
  .command("vectors")
  .description("the published vectors: each stage of each message, right and wrong, for the unit tests of others")
  .addHelpText("after", "\nExample:\n  $ expat-conformance vectors check");

vectors
  .command("generate")
  .description("write the files of vectors anew: the same bytes on every machine and each time")
  .option("--out <folder>", "where to write them (default: vectors/ of this package)")
  .addHelpText("after", "\nExample:\n  $ expat-conformance vectors generate --out /tmp/vectors")
  .action(async (options) => {
    const { vectorsGenerateCommand } = await import("./vectors-command.ts");
    vectorsGenerateCommand(options);
  });

vectors
  .command("check")
  .description("check files of vectors: their schema, what generating them anew gives, and what the appraisal says of each vector")
  .argument("[file...]", "files of vectors (default: those of this package)")
  .option("--json", "as an array, one object a file")
  .addHelpText(
    "after",
    `
Exit codes: 0 each vector gives what it promises; 1 one does not, or is not what is generated; 2 a file that is no file of vectors (each
problem with its place; the others are still checked).

Example:
  $ expat-conformance vectors check vectors/bindings.json`,
  )
  .action(async (files, options) => {
    const { vectorsCheckCommand } = await import("./vectors-command.ts");
    process.exitCode = vectorsCheckCommand(files, options);
  });

vectors
  .command("run")
  .description("ask a shim about vectors, by the operations that need no channel: the context of messages, and (feature appraise) verdicts")
  .argument("[file...]", "files of vectors (default: those of this package)")
  .addOption(iutOption)
  .option("--profile <file>", "YAML or JSON: what the drafts leave open (schemas/profile.schema.json)")
  .option("--timeout <ms>", "deadline for one answer of the shim", milliseconds, 10_000)
  .option("--no-build", "do not run the manifest's build command first")
  .option("--json", "as an object (schemas/vectors-run.schema.json)")
  .addHelpText(
    "after",
    `
Most vectors are parts of messages, or need the secrets of a connection: a shim can be asked about them on a channel only, which is what
\`run\` does. How many they are is said, and which feature of docs/iut-protocol.md the others would need.

Exit codes: 0 all answers are right; 1 a wrong answer; 2 usage, bad input, or a shim that hangs or ends; 3 nothing could be asked.

Examples:
  $ expat-conformance vectors run --iut iuts/cocos
  $ expat-conformance vectors run --iut iuts/cocos vectors/requests.json`,
  )
  .action(async (files, options) => {
    const { vectorsRunCommand } = await import("./vectors-run-command.ts");
    process.exitCode = await vectorsRunCommand(files, options);
  });

program
  .command("reference")
  .description("serve the bundled reference as a shim: JSON-RPC lines on stdin and stdout")
  .option("--fault <name>", "with this defect, which checks have to find")
  .addOption(new Option("--faults", "list the defects that it can be given, in place of serving").conflicts("fault"))
  .option("--json", "with --faults: as an array of objects with id, role, title, requirements and, of some, equivalent")
  .addHelpText(
    "after",
    `
Example (a manifest):
  name: reference-as-a-shim
  command: [npx, expat-conformance, reference]

Examples:
  $ expat-conformance reference --faults
  $ expat-conformance reference --fault attester/finished/key-of-other-role`,
  )
  .action(async (options) => {
    const { referenceCommand } = await import("./reference-command.ts");
    await referenceCommand(options);
  });

program
  .command("prove")
  .description(
    "prove the suites: run them against the reference with each of its faults, and without one, and say which checks see which fault",
  )
  .option("--fault <name>", "only faults whose name matches (* matches anything); may be given more than once", collect(/,/))
  .option("--checks <glob>", "only checks whose id matches", collectGlobs)
  .option("--json", "print the score and what is wrong as one object")
  .option("--report <folder>", "write proof.md and proof.json with the whole matrix")
  .option("--workers <n>", "threads (default: one per core)", integer(1, 64))
  .option("--campaign", "seek each fault by a fuzzing campaign, and name the first case that shows it, in place of running the suites")
  .option(
    "--cases <n>",
    "with --campaign: cases for each fault, and without one (default: 3600; with --published: 2000)",
    integer(1, 1_000_000),
  )
  .option("--published <file>", "with --campaign: ask only whether each case that this campaign-proof.json names still shows its fault")
  .option("--sockets", "real TLS over loopback for every fault, not only for those of TLS itself; takes three times as long")
  .addHelpText(
    "after",
    `
Exit codes: 0 every fault is seen, or equivalent and not seen, and nothing fails without one; 1 a survivor, a false alarm, an equivalent
fault that is seen, or a negative check that no fault makes fail (asked only without --fault and --checks); 2 usage, or a trial broke down.
With --campaign: 0 every fault is found, or equivalent and not found, or of a kind that no case can show; 1 one is missed; 2 as above.

Examples:
  $ expat-conformance prove
  $ expat-conformance prove --fault 'attester/binding/*'
  $ expat-conformance prove --fault relying-party/freshness/left-out --checks 'rfc9261/7-api/*'
  $ expat-conformance prove --report reports
  $ expat-conformance prove --campaign --fault 'relying-party/binding/*'
  $ expat-conformance prove --campaign --published reports/campaign-proof.json`,
  )
  .action(async (options) => {
    const { proveCommand } = await import("./prove-command.ts");
    process.exitCode = await proveCommand(options);
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
