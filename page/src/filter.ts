import type { Entry } from "./model.ts";
import type { Place } from "./place.ts";

const texts = new WeakMap<Entry, string>();

/** The entries that pass the filters of a place, in their order. All words of `text` must occur, in any case. */
export function filtered(entries: readonly Entry[], place: Place): readonly Entry[] {
  const { implementation, outcome, position, requirement, goal, attester, relyingParty, direction } = place;
  const words = (place.text ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  return entries.filter((entry) => {
    const { labels, positions, verdict, exchange } = entry;
    if (implementation !== undefined && !labels.includes(implementation)) return false;
    if (outcome !== undefined && verdict.outcome !== outcome && verdict.expectation !== outcome) return false;
    // In an exchange the implementation that is asked for has the position.
    if (position !== undefined && !positions.some((own, index) => own === position && (implementation ?? labels[index]) === labels[index]))
      return false;
    if (requirement !== undefined && !entry.requirements.includes(requirement)) return false;
    if (goal !== undefined && entry.goal !== goal) return false;
    if (attester !== undefined && exchange?.attester.name !== attester) return false;
    if (relyingParty !== undefined && exchange?.relyingParty.name !== relyingParty) return false;
    if (direction !== undefined && exchange?.direction !== direction) return false;
    return words.length === 0 || words.every((word) => textOf(entry).includes(word));
  });
}

function textOf(entry: Entry): string {
  const known = texts.get(entry);
  if (known !== undefined) return known;
  const { labels, instance, title, verdict, requirements } = entry;
  const said = [verdict.detail, verdict.expected, verdict.found, verdict.blame?.text, ...(verdict.mistakes ?? []).map((one) => one.title)];
  const text = [...labels, instance, title, ...said, ...requirements].join("\n").toLowerCase();
  texts.set(entry, text);
  return text;
}

/** How many entries there are of each outcome. */
export function outcomesOf(entries: Iterable<Entry>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { verdict } of entries) counts.set(verdict.outcome, (counts.get(verdict.outcome) ?? 0) + 1);
  return counts;
}
