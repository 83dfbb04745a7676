import { InputError } from "../input/input-error.ts";
import type { Ambiguities, Behaviour, Showing } from "./ambiguities.ts";
import type { Kind } from "./case.ts";
import type { CaseFile, Step } from "./schema.ts";

/** What a probe says of the open point that it asks about. */

/**
 * The behaviours that a case can show, by what the IUT does at its observed step; empty for a case that is no probe. Throws InputError
 * where a probe names no open point or none that there is, where it maps to a behaviour that the register does not list, and where it
 * leaves out something that the IUT may do: what is seen must have a name.
 */
export function behavioursOf(
  { ambiguity: id, behaviours: mapping }: Pick<CaseFile, "ambiguity" | "behaviours">,
  kind: Kind,
  steps: readonly Step[],
  ambiguities: Ambiguities,
  here: string,
): ReadonlyMap<Showing, Behaviour> {
  if (kind !== "probe") {
    if (id !== undefined || mapping !== undefined)
      throw new InputError(`${here}: \`ambiguity\` and \`behaviours\` are of probes alone, and it is ${kind}`);
    return new Map();
  }
  if (id === undefined || mapping === undefined) {
    throw new InputError(
      `${here}: a probe names the open point that it asks about (\`ambiguity\`), and what it shows there (\`behaviours\`)`,
    );
  }
  const ambiguity = ambiguities.get(id);
  if (ambiguity === undefined) {
    throw new InputError(`${here}: no open point "${id}" in ambiguities.yaml; there are ${[...ambiguities.keys()].join(", ")}`);
  }
  const possible = showingsOf(steps);
  if (possible === undefined) throw new InputError(`${here}: a probe has a step of the IUT with \`expect: observed\``);
  const found = new Map<Showing, Behaviour>();
  for (const [showing, name] of Object.entries(mapping) as [Showing, string][]) {
    if (!possible.includes(showing) && !ALWAYS_POSSIBLE.includes(showing)) {
      throw new InputError(`${here}: its observed step never comes to "${showing}"; it comes to ${possible.join(", ")}`);
    }
    const behaviour = ambiguity.behaviours.find((candidate) => candidate.id === name);
    if (behaviour === undefined) {
      const known = ambiguity.behaviours.map((candidate) => candidate.id).join(", ");
      throw new InputError(`${here}: ${id} has no behaviour "${name}"; it has ${known}`);
    }
    found.set(showing, { ambiguity: id, ...behaviour });
  }
  const missing = possible.find((showing) => !found.has(showing));
  if (missing !== undefined) throw new InputError(`${here}: says not what it shows where the IUT comes to "${missing}" (\`behaviours\`)`);
  return found;
}

function expectOf(step: Step): string | undefined {
  const [verb] = Object.values(step) as { readonly expect?: string }[];
  return verb?.expect;
}

// That the connection ends, or that no ticket came to resume with, ends a script before its observed step.
const ALWAYS_POSSIBLE: readonly Showing[] = ["ended", "no-ticket"];

// The last one counts. That the connection ends is possible only behind a refusal, so that no probe need name it.
function showingsOf(steps: readonly Step[]): readonly Showing[] | undefined {
  const observed = steps.findLast((step) => expectOf(step) === "observed");
  if (observed === undefined) return undefined;
  if ("tickets" in observed) return ["ticket", "no-ticket"];
  if ("handshake" in observed) return ["resumed", "fresh"];
  if ("validate" in observed) return ["accepted", "refused"];
  if ("authenticate" in observed) return ["attested", "unattested", "empty", "refused"];
  return "request" in observed ? ["made", "refused"] : ["returned", "refused"];
}
