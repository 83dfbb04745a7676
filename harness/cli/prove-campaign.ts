import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type CampaignProof, campaignExitCode, type PublishedProof, publishedProof, seek, verify } from "../faults/campaign-proof.ts";
import { campaignProofJson, campaignProofMarkdown, campaignSummary, campaignText } from "../faults/campaign-proof-report.ts";
import type { Fault } from "../faults/fault.ts";
import { campaignTrials } from "../faults/pool.ts";
import { InputError } from "../input/input-error.ts";

/** What of `prove --campaign` can be chosen. */
export interface CampaignProofOptions {
  readonly faults: readonly Fault[];
  /** They are the whole catalogue. */
  readonly whole: boolean;
  readonly cases: number | undefined;
  /** A published proof, of which only what it says is asked again. */
  readonly published: string | undefined;
  readonly report: string | undefined;
  readonly json: boolean;
  readonly workers: number;
  readonly advance: () => void;
}

/** As good as any, and always the same, so that what is published can be verified. */
const SEED = "proof";

/** Cases for each fault: a little more than one round of all cells. */
const CASES = 3600;

/** Cases without a fault where a published proof is verified. */
const VERIFIED_CASES = 2000;

/** `prove --campaign`: seeks the faults by a campaign and returns the exit code. Throws InputError where a published proof cannot be read. */
export async function proveByCampaign(options: CampaignProofOptions): Promise<number> {
  const { faults, whole, cases, published, report, json, workers, advance } = options;
  const known = published === undefined ? undefined : readPublished(published);
  const pool = campaignTrials(workers);
  try {
    const run: typeof pool.run = async (job) => {
      const trial = await pool.run(job);
      if (job.fault !== undefined) advance();
      return trial;
    };
    const proof: CampaignProof = known
      ? await verify(faults, part(known, faults, whole), cases ?? VERIFIED_CASES, run)
      : await seek(faults, SEED, cases ?? CASES, run);
    if (report !== undefined) {
      writeFileSync(join(report, "campaign-proof.json"), campaignProofJson(proof));
      writeFileSync(join(report, "campaign-proof.md"), campaignProofMarkdown(proof));
    }
    process.stdout.write(json ? `${JSON.stringify(campaignSummary(proof))}\n` : campaignText(proof));
    return campaignExitCode(proof);
  } finally {
    await pool.close();
  }
}

// Of a published proof, what it says of these faults; of the whole catalogue, also what it says of others.
function part(known: PublishedProof, faults: readonly Fault[], whole: boolean): PublishedProof {
  return whole ? known : { ...known, matrix: known.matrix.filter(({ id }) => faults.some((fault) => fault.id === id)) };
}

function readPublished(path: string): PublishedProof {
  try {
    const read = publishedProof.safeParse(JSON.parse(readFileSync(path, "utf8")));
    if (read.success) return read.data;
    const { path: place = [], message = "" } = read.error.issues[0] ?? {};
    throw new InputError(`${path}: ${place.join(".") || "the file"}: ${message}; expected what \`prove --campaign --report\` writes`);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`--published ${path}: ${(error as Error).message}; expected reports/campaign-proof.json`);
  }
}
