import { isUtf8 } from "node:buffer";
import { readFileSync } from "node:fs";
import { InputError } from "./input-error.ts";

/** The UTF-8 text of a file that people or other programs write. Throws InputError that names the file and why it cannot be read. */
export function readText(file: string): string {
  const bytes = readBytes(file);
  const zero = bytes.indexOf(0);
  if (zero >= 0 || !isUtf8(bytes)) {
    throw new InputError(`${file}: expected text in UTF-8, found binary data${zero >= 0 ? ` (a zero byte at ${zero})` : ""}`);
  }
  return bytes.toString("utf8");
}

/** The bytes of a file. Throws InputError that names it and why it cannot be read. */
export function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") throw new InputError(`${file}: no such file`);
    throw new InputError(code === "EISDIR" ? `${file}: expected a file, found a folder` : `${file}: ${message}`);
  }
}
