import { readFileSync } from "node:fs";
import { InputError } from "./input-error.ts";

/** The UTF-8 text of a file that people or other programs write. Throws InputError that names the file and why it cannot be read. */
export function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new InputError(code === "ENOENT" ? `${file}: no such file` : `${file}: ${message}`);
  }
}
