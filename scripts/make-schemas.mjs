// Writes schemas/*.json from the schemas in the code. Run: npm run build && node scripts/make-schemas.mjs
import { mkdirSync, writeFileSync } from "node:fs";
import { jsonSchemas } from "../dist/harness/schemas.js";

const folder = new URL("../schemas/", import.meta.url);
mkdirSync(folder, { recursive: true });
for (const { name, text } of jsonSchemas()) writeFileSync(new URL(name, folder), text);
