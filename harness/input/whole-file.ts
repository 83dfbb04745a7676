import { closeSync, fsyncSync, openSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { InputError } from "./input-error.ts";

/**
 * Writes a file whole or not at all: readers, and a machine that stops meanwhile, see the old text or the new one. What is no ordinary file
 * (a pipe, a device) is written to as it is. Throws InputError that names the path and why it cannot be written.
 */
export function writeWhole(path: string, text: string): void {
  try {
    const present = statSync(path, { throwIfNoEntry: false });
    // To rename over a link or a device would put a file in its place.
    if (present && !present.isFile()) writeFileSync(path, text);
    else replace(present ? realpathSync(path) : path, text);
  } catch (error) {
    throw new InputError(`${path}: cannot be written: ${reasonOf(error)}`);
  }
}

function replace(path: string, text: string): void {
  // In the same folder, since a file is only renamed inside of one file system.
  const draft = `${path}.${process.pid}.tmp`;
  try {
    const descriptor = openSync(draft, "w");
    try {
      writeFileSync(descriptor, text);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** Why a file could not be opened or written, in words for people where there are some. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const known: Readonly<Record<string, string>> = {
    ENOENT: "its folder does not exist",
    ENOTDIR: "what should be its folder is a file",
    EISDIR: "it is a folder",
    EACCES: "no permission",
    EROFS: "the file system is read-only",
    ENOSPC: "no space left",
  };
  return (code !== undefined && known[code]) || message;
}
