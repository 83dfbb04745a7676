import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { packageRoot } from "./paths.ts";
import { jsonSchemas } from "./schemas.ts";

it.each(jsonSchemas())("schemas/$name is what the code says (else: npm run build && node scripts/make-schemas.mjs)", ({ name, text }) => {
  expect(readFileSync(join(packageRoot, "schemas", name), "utf8")).toBe(text);
});
