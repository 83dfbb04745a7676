import { readFileSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../input/input-error.ts";
import { packageRoot } from "../paths.ts";
import type { PageData } from "./data.ts";

const TEMPLATE = join(packageRoot, "dist", "page", "template.html");
const PLACE = '"PAGE_DATA_STANDS_HERE"';

/** The page with its data. Throws InputError where the template was not built. */
export function pageHtml(data: PageData): string {
  return filled(readTemplate(), data);
}

/** A template in which the data stands where it has a place for it. Throws RangeError where it has none, or more than one. */
export function filled(template: string, data: PageData): string {
  const parts = template.split(PLACE);
  if (parts.length !== 2) throw new RangeError(`the template of the page has ${parts.length - 1} places for its data, expected 1`);
  return parts.join(scriptSafe(JSON.stringify(data)));
}

/** JSON that stands in a script element: what could end the element, or begin a comment, is escaped, and the line separators of Unicode. */
function scriptSafe(json: string): string {
  return json.replace(/[<\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function readTemplate(): string {
  try {
    return readFileSync(TEMPLATE, "utf8");
  } catch {
    throw new InputError(`${TEMPLATE}: the template of the page is missing: \`npm run build\` makes it`);
  }
}
