/** How words are set off on a terminal. */
export interface Palette {
  readonly bad: (text: string) => string;
  readonly doubtful: (text: string) => string;
  readonly good: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly strong: (text: string) => string;
}

const asIs = (text: string): string => text;

/** No colour codes at all. */
export const plainPalette: Palette = { bad: asIs, doubtful: asIs, good: asIs, faint: asIs, strong: asIs };

const sgr = (code: number) => (text: string) => `\u001b[${code}m${text}\u001b[0m`;

/** The colours of a terminal with sixteen of them. */
export const colourPalette: Palette = { bad: sgr(31), doubtful: sgr(33), good: sgr(32), faint: sgr(2), strong: sgr(1) };

/** The palette for a choice: `auto` is colours on a terminal, unless NO_COLOR is set or TERM is `dumb`. */
export function paletteFor(
  colour: "never" | "auto",
  stream: { readonly isTTY?: boolean | undefined },
  env: Readonly<Record<string, string | undefined>>,
): Palette {
  const wanted = colour === "auto" && stream.isTTY === true && !env["NO_COLOR"] && env["TERM"] !== "dumb";
  return wanted ? colourPalette : plainPalette;
}
