import { closeSync, openSync, writeSync } from "node:fs";
import { InputError } from "../input/input-error.ts";
import { reasonOf } from "../input/whole-file.ts";

/** A place that text is written to at once. */
export interface Output {
  /** Writes all of it before it returns. Throws InputError that names the place where it cannot be written. */
  write(text: string): void;
  close(): void;
}

/** Opens a file for writing, emptied; `-` is standard output. Throws InputError that names the path and why it cannot be opened. */
export function openOutput(path: string): Output {
  if (path === "-") return descriptorOutput(1, "standard output", () => {});
  let descriptor: number;
  try {
    descriptor = openSync(path, "w");
  } catch (error) {
    throw new InputError(`${path}: cannot be opened for writing: ${reasonOf(error)}`);
  }
  return descriptorOutput(descriptor, path, () => closeSync(descriptor));
}

function descriptorOutput(descriptor: number, name: string, close: () => void): Output {
  let gone = false;
  const write = (text: string): void => {
    let rest: Uint8Array = Buffer.from(text, "utf8");
    while (rest.length > 0 && !gone) {
      try {
        rest = rest.subarray(writeSync(descriptor, rest));
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        // A reader such as `head` that has seen enough is no reason to lose the rest of the run.
        if (code === "EPIPE") gone = true;
        // A pipe that is full and does not block: its reader needs a moment.
        else if (code === "EAGAIN") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
        else throw new InputError(`${name}: cannot be written: ${reasonOf(error)}`);
      }
    }
  };
  return { write, close };
}
