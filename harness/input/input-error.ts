/** A file that people write and that is wrong: the message names file, line and column, what was expected and what was found. */
export class InputError extends Error {
  override readonly name = "InputError";
}
