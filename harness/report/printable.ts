/**
 * A text that came from elsewhere (details and stderr of an implementation), fit for terminals, TAP and XML 1.0: control characters
 * but newline and tab, lone surrogates and non-characters become visible as `\u001b`. Newlines are unified.
 */
export function printable(text: string): string {
  return text.replace(/\r\n?/g, "\n").replace(/(?![\n\t])[\p{Cc}\p{Cs}\u2028\u2029\ufffe\uffff]/gu, visible);
}

/** The same on one line. */
export function oneLine(text: string): string {
  return printable(text).replace(/\s+/g, " ").trim();
}

function visible(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
