// `npm run check`: types, Biome, dependency direction, dead code, the ledger. Each says what it saw, so that none can pass by seeing nothing.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

// Statements of the formats that are being built, whose cases come with them. Temporary: the list has to be empty, and this gone.
const pending = JSON.parse(readFileSync(new URL("pending-statements.json", import.meta.url), "utf8"));

// What is wrong in the ledger, but for the statements that are pending; and pending ones that are not, so that the list can only shrink.
function ledgerIsWhole(output) {
  const problems = output.split("\n").filter((line) => /^[a-z0-9-]+: /.test(line));
  const undecided = problems.map((line) => line.split(":", 1)[0]);
  const wrong = problems.filter((line) => !pending.includes(line.split(":", 1)[0]));
  return [...wrong, ...pending.filter((id) => !undecided.includes(id)).map((id) => `${id}: pending in scripts/check.mjs, but decided`)];
}

const checks = [
  { name: "types", command: ["tsc", "--noEmit", "-p", "."], seen: /^/, what: "no output" },
  { name: "biome", command: ["biome", "check", "."], seen: /Checked (\d+) files/, what: "files" },
  {
    name: "dependency direction",
    command: ["depcruise", "harness", "bench", "--config", ".dependency-cruiser.cjs"],
    seen: /(\d+) modules/,
    what: "modules",
  },
  { name: "dead code", command: ["knip"], seen: /^/, what: "no findings" },
  {
    name: "ledger",
    command: ["node", "dist/harness/cli/main.js", "requirements"],
    seen: /(\d+) statements: (\d+) with checks/,
    what: "statements",
  },
  {
    name: "dispositions",
    command: ["node", "dist/harness/cli/main.js", "requirements", "--check"],
    seen: /(\d+) problems in the ledger/,
    what: `problems, ${pending.length} of them known to be pending`,
    passes: (output) => ledgerIsWhole(output),
  },
];

let failed = 0;
for (const { name, command, seen, what, passes } of checks) {
  const [program, ...args] = command;
  const { status, stdout, stderr } = spawnSync(program, args, {
    encoding: "utf8",
    env: { ...process.env, PATH: `node_modules/.bin:${process.env.PATH}` },
  });
  const output = `${stdout ?? ""}${stderr ?? ""}`;
  const match = seen.exec(output);
  // dependency-cruiser cruises nothing, and passes, where it does not understand the TypeScript that is installed.
  const saw = match?.[1] === undefined ? match !== null : Number(match[1]) > 20;
  const wrong = passes?.(output) ?? [];
  const passed = passes ? match !== null && wrong.length === 0 : status === 0 && saw;
  console.log(`${passed ? "ok    " : "FAILED"} ${name}: ${match?.[1] ? `${match[1]} ${what}` : what}`);
  if (!passed) {
    console.log((passes ? wrong : output.split("\n").slice(-60)).join("\n"));
    failed++;
  }
}
process.exitCode = failed === 0 ? 0 : 1;
