import { suiteFileOf, yamlOf } from "../bundle/case-file.ts";
import { cellName, type Generator } from "../campaign/generator.ts";
import { deedOf, describe, idOf } from "../campaign/lane.ts";
import { Player } from "../campaign/player.ts";
import { failureOf } from "../campaign/root-cause.ts";
import type { Driver } from "../iut/driver.ts";
import type { Library } from "../scenario/load.ts";
import type { CampaignPlan } from "./fuzz-plan.ts";
import { type Subject, startedBefore } from "./subject.ts";

/** Prints one case of a campaign as a suite file, and what each implementation makes of it, alone on connections of its own. Returns the exit code. */
export async function showCase(
  number: number,
  { seed, profile, iuts }: CampaignPlan,
  ready: {
    readonly subjects: readonly Subject[];
    readonly drivers: readonly Driver[];
    readonly generator: Generator;
    readonly library: Library;
  },
): Promise<number> {
  const { subjects, drivers, generator, library } = ready;
  const sentence = generator.generate(number).value.value;
  const id = idOf(seed, number);
  const comment = [`case ${number} of seed ${seed}: ${cellName(generator.cellOf(number))}`, `must: ${sentence.expectation.kind}`];
  const codes: number[] = [];
  for (const [index, subject] of subjects.entries()) {
    const player = new Player(
      startedBefore(drivers[index], () => subject.start()),
      profile,
      subject.payload,
      seed,
    );
    const [played] = await player.play(sentence, id, true);
    if (played === undefined) continue;
    const failure = failureOf(played);
    const { outcome } = played;
    const more = failure ? describe(failure) : outcome.kind === "discarded" ? outcome.detail : "";
    comment.push(`${iuts[index]}: ${outcome.kind} (${deedOf(played)})${more === "" ? "" : `: ${more}`}`);
    codes.push(outcome.kind === "harness-error" ? 2 : failure ? 1 : 0);
  }
  process.stdout.write(yamlOf(suiteFileOf(sentence, undefined, { id: `case-${number}`, library, controlled: true }), comment));
  return Math.max(0, ...codes);
}
