import { InputError } from "../input/input-error.ts";
import { readText } from "../input/text-file.ts";
import { appraise, hasFinding } from "../recordings/appraise.ts";
import { readRecordings } from "../recordings/read.ts";
import { type AppraisedFile, inJson } from "../recordings/report.ts";
import { paletteFor } from "../report/palette.ts";
import { loadLedger } from "../scenario/ledger.ts";
import { appraisedFileText } from "./appraise-text.ts";
import { EXIT_USAGE } from "./problem.ts";

export interface AppraiseOptions {
  readonly id?: string;
  readonly json?: boolean;
  readonly explain?: boolean;
}

/** `appraise`: judges what was recorded and prints it; returns the exit code. A file that is wrong does not keep the others from being judged. */
export function appraiseCommand(files: readonly string[], { id, json, explain }: AppraiseOptions): number {
  const clock = new Date();
  const appraised = files.map((file) => appraiseFile(file, id, clock));
  const { stdout } = process;
  if (json) {
    stdout.write(`${JSON.stringify(inJson(appraised), null, 2)}\n`);
  } else {
    const look = { palette: paletteFor("auto", stdout, process.env), width: stdout.columns };
    const ledger = explain ? loadLedger() : undefined;
    stdout.write(`${appraised.flatMap((file) => appraisedFileText(file, ledger, look)).join("\n")}\n`);
  }
  if (appraised.some(({ problems, appraisals }) => problems.length > 0 || appraisals.some((one) => one.problems.length > 0)))
    return EXIT_USAGE;
  return appraised.some(({ appraisals }) => appraisals.some(hasFinding)) ? 1 : 0;
}

function appraiseFile(file: string, id: string | undefined, clock: Date): AppraisedFile {
  try {
    const { recordings, problems } = readRecordings(readText(file), id);
    const found = [...problems];
    const appraisals = recordings.flatMap((recording) => {
      try {
        return [appraise(recording, clock)];
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        found.push({ path: recording.id ?? "inputs", expected: "inputs that can be judged", found: error.message });
        return [];
      }
    });
    return { file, appraisals, problems: found };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { file, appraisals: [], problems: [{ path: "", expected: "a recording, or a file of vectors", found: error.message }] };
  }
}
