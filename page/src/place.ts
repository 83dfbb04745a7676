/** Where in the page one is, as it stands in the address behind `#`: a view and its filters. Reload and back lead to the same place. */

export const views = ["matrix", "pair", "implementations", "results", "result", "requirements", "goals"] as const;
export type View = (typeof views)[number];

/** Filters and what a view shows; all optional. */
const names = [
  ...(["implementation", "outcome", "position", "text", "requirement", "goal"] as const),
  ...(["attester", "relyingParty", "direction", "instance", "page"] as const),
] as const;
type Name = (typeof names)[number];

export type Place = { readonly view: View } & { readonly [name in Name]?: string };

/** The place that a hash names; what it does not know is left out, and a view that there is not becomes `home`. */
export function placeOf(hash: string, home: View): Place {
  const parameters = new URLSearchParams(hash.replace(/^#/, ""));
  const view = views.find((name) => name === parameters.get("view")) ?? home;
  const given = names.flatMap((name) => {
    const value = parameters.get(name);
    return value === null || value === "" ? [] : [[name, value] as const];
  });
  return { view, ...Object.fromEntries(given) };
}

/** The hash of a place. */
export function hashOf(place: { readonly view: View } & { readonly [name in Name]?: string | undefined }): string {
  const parameters = new URLSearchParams({ view: place.view });
  for (const name of names) {
    const value = place[name];
    if (value !== undefined && value !== "") parameters.set(name, value);
  }
  return `#${parameters}`;
}
