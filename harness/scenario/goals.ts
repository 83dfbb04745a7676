import { join } from "node:path";
import { z } from "zod";
import { InputError } from "../input/input-error.ts";
import { readYaml } from "../input/yaml-file.ts";
import { packageRoot } from "../paths.ts";
import type { Kind, Role } from "./case.ts";
import type { Ledger } from "./ledger.ts";

/** The security goals: what an attacker would win. Checks that show the same attack belong to the same goal. */

/** In the ledger or in a case: of no goal, which has to be said. */
export const NO_GOAL = "none";

const goalSchema = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z][a-z-]*$/)
    .refine((id) => id !== NO_GOAL, { error: `"${NO_GOAL}" means that there is none` }),
  title: z.string().min(10).describe("what an implementation withstands, one line"),
  wins: z.string().min(20).describe("what an attacker wins where it does not"),
});

export const goalsSchema = z.strictObject({
  goals: z.array(goalSchema).superRefine((goals, context) => {
    for (const [index, { id }] of goals.entries()) {
      if (goals.findIndex((other) => other.id === id) < index)
        context.addIssue({ code: "custom", path: [index, "id"], message: `"${id}" stands twice` });
    }
  }),
});

/** One security goal. */
export type Goal = z.output<typeof goalSchema>;

/** All goals by id, in the order of the file. */
export type Goals = ReadonlyMap<string, Goal>;

const file = "goals.yaml";

/** Reads goals.yaml in a folder of suites. Throws InputError with file, line and column. */
export function loadGoals(folder = join(packageRoot, "suites")): Goals {
  return new Map(readYaml(join(folder, file), goalsSchema).goals.map((goal) => [goal.id, goal]));
}

/** Throws InputError where a ledger entry names a goal that is not there. */
export function checkGoalsOf(ledger: Ledger, goals: Goals): void {
  for (const { id, goal } of ledger.values()) if (goal !== undefined) knownGoal(goal, goals, `requirement ${id}`);
}

/** What decides the goal of a check. */
export interface GoalQuestion {
  readonly kind: Kind;
  readonly iut: Role;
  readonly requirements: readonly string[];
  /** What the case itself says. */
  readonly said: string | undefined;
  /** True for a request that a relying party made. */
  readonly request: boolean;
}

/**
 * The goal of a check: what the case says, else that of the first of its requirements which has one. Only what an attacker can use counts
 * by itself: a negative check, or a fault in the requests of a relying party (a context that comes again, say). That a right message was
 * refused, or that an attester makes what no one should accept, wins an attacker nothing. `none` where case or
 * ledger say so, undefined where nothing says anything. Throws InputError where
 * the case names a goal that is not there.
 */
export function goalOf(
  { kind, iut, requirements, said, request }: GoalQuestion,
  ledger: Ledger,
  goals: Goals,
  here: string,
): string | undefined {
  if (said !== undefined) return knownGoal(said, goals, here);
  if (kind !== "negative" && !(request && iut === "relying-party")) return undefined;
  return requirements.map((id) => ledger.get(id)?.goal).find((goal) => goal !== undefined);
}

function knownGoal(goal: string, goals: Goals, here: string): string {
  if (goal !== NO_GOAL && !goals.has(goal)) {
    throw new InputError(`${here}: no goal "${goal}" in ${file}; there are ${[...goals.keys(), NO_GOAL].join(", ")}`);
  }
  return goal;
}
