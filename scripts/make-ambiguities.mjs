// Writes docs/ambiguities.md from the register, the probes and reports/observed/. Run: npm run build && node scripts/make-ambiguities.mjs
import { writeFileSync } from "node:fs";
import { currentAmbiguitiesPage } from "../dist/harness/cli/ambiguities-command.js";

writeFileSync(new URL("../docs/ambiguities.md", import.meta.url), currentAmbiguitiesPage());
