// Says whether a JSON Lines report came to its end without an error of the harness. Run: node scripts/assert-report.mjs FILE
import { readReport } from "../dist/harness/report/records.js";

const [file] = process.argv.slice(2);
const { footer } = readReport(file);
if (footer === undefined) throw new Error(`${file}: no footer, the run was aborted`);
if (footer.counts["harness-error"] > 0 || footer.executed === 0) throw new Error(`${file}: ${JSON.stringify(footer)}`);
console.log(`${file}: ${JSON.stringify(footer.counts)}`);
