/**
 * `npm run bench`: what the harness costs beside the work that cannot be saved, in single exchanges and in a campaign. The last line is one
 * JSON object. Figures of one run are compared with each other only; docs/performance.md says what is in them.
 */
import { benchCampaign } from "./campaign.ts";
import { benchExchanges } from "./exchanges.ts";
import { benchFreshConnections } from "./fresh-connections.ts";

const benches = { exchanges: benchExchanges, campaign: benchCampaign, freshConnections: benchFreshConnections };
const wanted = process.argv.slice(2);
const results: Record<string, object> = {};
for (const [name, bench] of Object.entries(benches)) {
  if (wanted.length === 0 || wanted.includes(name)) results[name] = await bench();
}
process.stdout.write(`${JSON.stringify(results)}\n`);
