import { useEffect, useState } from "preact/hooks";
import { hashOf, type Place, placeOf, type View } from "./place.ts";

/** Goes to another place; filters replace the one that stands in the history where one types, so that back does not go through letters. */
export type Go = (place: Partial<Place>, how?: "new" | "replace") => void;

/** The place in the address, and how to go to another one. */
export function usePlace(home: View): readonly [Place, Go] {
  const [place, setPlace] = useState(() => placeOf(location.hash, home));
  useEffect(() => {
    const read = (): void => setPlace(placeOf(location.hash, home));
    addEventListener("hashchange", read);
    addEventListener("popstate", read);
    return () => {
      removeEventListener("hashchange", read);
      removeEventListener("popstate", read);
    };
  }, [home]);
  const go: Go = (change, how = "new") => {
    const next = hashOf({ ...placeOf(location.hash, home), ...change });
    if (how === "replace") history.replaceState(null, "", next);
    else history.pushState(null, "", next);
    setPlace(placeOf(next, home));
  };
  return [place, go];
}
