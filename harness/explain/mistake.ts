import type { NamedMistake } from "../appraisal/finding.ts";
import { type Bytes, equalBytes } from "../wire/bytes.ts";

/** A known mistake of one step: `Given` is what the step had before it, what was received included. */
export interface Mistake<Given> extends NamedMistake {
  /** True where the mistake gives exactly what was received. May throw: then it does not apply. */
  fits(given: Given): boolean;
}

/** The mistakes that fit, in the order of the list; never throws. Two that give the same bytes here are both named. */
export function fitting<Given>(mistakes: readonly Mistake<Given>[], given: Given): NamedMistake[] {
  return mistakes.filter((mistake) => holds(() => mistake.fits(given))).map(withoutTest);
}

/** What people and reports see of a mistake. */
export function withoutTest({ id, title, hint, requirements }: NamedMistake): NamedMistake {
  return { id, title, hint, requirements };
}

/** What `read` gives, or undefined where it throws. */
export function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** True where the question is answered with true; what throws is answered with false. */
export function holds(question: () => boolean): boolean {
  return attempt(question) ?? false;
}

/** True where `read` does not throw. */
export function reads(read: () => unknown): boolean {
  return holds(() => {
    read();
    return true;
  });
}

/** True where one of the values is there and equals `received`. */
export function isOneOf(received: Bytes | undefined, values: readonly (Bytes | undefined)[]): boolean {
  return received !== undefined && values.some((value) => value !== undefined && equalBytes(value, received));
}
