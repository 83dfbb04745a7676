// Writes the ids of all checks into suites/versions.json, under the version of package.json: what `run --since` compares with. To be run
// when a version is released, and for nothing else. Run: npm run build && node scripts/release-checks.mjs
import { writeFileSync } from "node:fs";
import { allChecks, loadLibrary } from "../dist/harness/scenario/load.js";
import { changesSince, loadVersions, withVersion } from "../dist/harness/scenario/versions.js";
import { version } from "../dist/harness/version.js";

const versions = loadVersions();
const ids = allChecks(loadLibrary()).map(({ id }) => id);
const [last, before] = [...versions].at(-1);
const { added, gone } = changesSince(before, ids);
writeFileSync(new URL("../suites/versions.json", import.meta.url), withVersion(versions, version, ids));
console.log(`${version}: ${ids.length} checks; since ${last} ${added.length} are new`);
for (const id of gone) console.log(`gone: ${id}`);
