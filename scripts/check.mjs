// `npm run check`: types, Biome, dependency direction, dead code, the ledger. Each says what it saw, so that none can pass by seeing nothing.
import { spawnSync } from "node:child_process";

const checks = [
  { name: "types", command: ["tsc", "--noEmit", "-p", "."], seen: /^/, what: "no output" },
  { name: "types of the page", command: ["tsc", "--noEmit", "-p", "page"], seen: /^/, what: "no output" },
  { name: "types of iuts/node-tls", command: ["tsc", "-p", "iuts/node-tls"], seen: /^/, what: "no output" },
  { name: "biome", command: ["biome", "check", "."], seen: /Checked (\d+) files/, what: "files" },
  {
    name: "dependency direction",
    command: ["depcruise", "harness", "bench", "page", "--config", ".dependency-cruiser.cjs"],
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
    what: "problems",
    none: true,
  },
];

let failed = 0;
for (const { name, command, seen, what, none } of checks) {
  const [program, ...args] = command;
  const { status, stdout, stderr } = spawnSync(program, args, {
    encoding: "utf8",
    env: { ...process.env, PATH: `node_modules/.bin:${process.env.PATH}` },
  });
  const output = `${stdout ?? ""}${stderr ?? ""}`;
  const match = seen.exec(output);
  // dependency-cruiser cruises nothing, and passes, where it does not understand the TypeScript that is installed.
  const saw = match?.[1] === undefined ? match !== null : Number(match[1]) > 20;
  const passed = status === 0 && (none ? match !== null : saw);
  console.log(`${passed ? "ok    " : "FAILED"} ${name}: ${match?.[1] ? `${match[1]} ${what}` : what}`);
  if (!passed) {
    console.log(output.split("\n").slice(-60).join("\n"));
    failed++;
  }
}
process.exitCode = failed === 0 ? 0 : 1;
