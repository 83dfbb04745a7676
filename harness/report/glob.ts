/**
 * A test for texts that fit a pattern as a whole: `*` stands for any run of characters, `/` and `#` among them; everything else for
 * itself, brackets too, because ids have them: `…/binding-altered[server,sha384]`.
 */
export function globMatcher(pattern: string): (text: string) => boolean {
  const literals = pattern.split(/\*+/).map((literal) => literal.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"));
  const expression = new RegExp(`^${literals.join("[^]*")}$`, "u");
  return (text) => expression.test(text);
}
