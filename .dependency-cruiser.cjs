// The import rule of docs/architecture.md. A folder may import what stands on its line, itself, and packages.
const may = {
  wire: [],
  input: [],
  authenticator: ["wire"],
  tls: ["wire", "authenticator"],
  ledger: ["input"],
  pki: ["wire", "authenticator"],
  attestation: ["wire", "authenticator"],
  carrier: ["wire"],
  forge: ["wire", "authenticator", "attestation"],
  appraisal: ["wire", "authenticator", "attestation"],
  explain: ["wire", "authenticator", "attestation", "forge", "appraisal"],
  iut: ["wire", "authenticator", "attestation", "tls", "carrier", "pki", "input"],
  reference: ["wire", "authenticator", "attestation", "forge", "appraisal", "tls", "iut"],
  scenario: ["wire", "authenticator", "attestation", "forge", "appraisal", "explain", "tls", "carrier", "iut", "pki", "input"],
  example: ["wire", "authenticator", "attestation", "forge", "appraisal", "explain", "pki", "tls", "iut", "reference", "scenario"],
  vectors: ["wire", "authenticator", "attestation", "forge", "appraisal", "pki", "scenario", "input"],
  recordings: ["wire", "authenticator", "attestation", "appraisal", "explain", "iut", "vectors", "input"],
  faults: ["campaign", "wire", "authenticator", "attestation", "forge", "appraisal", "explain", "tls", "iut", "pki", "reference", "scenario"],
  capture: ["wire", "tls"],
  campaign: ["wire", "input", "authenticator", "attestation", "forge", "appraisal", "tls", "iut", "pki", "reference", "scenario"],
  matrix: ["attestation", "iut", "scenario", "input"],
  report: ["wire", "attestation", "iut", "scenario", "campaign", "matrix", "input"],
  interop: ["wire", "authenticator", "attestation", "tls", "iut", "scenario", "example", "capture", "matrix", "report"],
  page: ["matrix", "report", "scenario", "input"],
  signing: ["wire", "input", "authenticator", "attestation", "appraisal", "report"],
  bundle: ["wire", "attestation", "forge", "appraisal", "tls", "iut", "reference", "scenario", "example", "campaign", "capture", "report", "input"],
  cli: ["interop", "page", "matrix", "signing", "faults", "campaign", "bundle", "wire", "authenticator", "attestation", "explain", "example", "carrier", "tls", "iut", "reference", "scenario", "report", "vectors", "recordings", "input", "ledger"],
};

const direction = Object.entries(may).map(([folder, allowed]) => ({
  name: `${folder}-imports`,
  comment: `${folder} imports only ${[...allowed, "itself"].join(", ")}`,
  severity: "error",
  from: { path: `^harness/${folder}/`, pathNot: "\\.test\\.ts$|/testing/" },
  to: { path: "^harness/[^/]+/", pathNot: `^harness/(${[folder, ...allowed].join("|")})/` },
}));

module.exports = {
  forbidden: [
    ...direction,
    {
      name: "page-in-the-browser",
      comment: "what runs in the browser imports of the program only what imports nothing of Node",
      severity: "error",
      from: { path: "^page/src/", pathNot: "\\.test\\.ts$" },
      to: { path: "^harness/", pathNot: "^harness/page/(data|unpack)\\.ts$" },
    },
    { name: "no-circular", severity: "error", from: {}, to: { circular: true } },
    { name: "wire-is-pure", severity: "error", from: { path: "^harness/wire/", pathNot: "\\.test\\.ts$" }, to: { dependencyTypes: ["core"] } },
    { name: "no-test-code", severity: "error", from: { pathNot: "\\.test\\.ts$|/testing/|^page/test/" }, to: { path: "\\.test\\.ts$|/testing/|^page/test/" } },
    { name: "not-resolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      extensions: [".ts", ".tsx", ".js", ".mjs", ".json"],
      conditionNames: ["import", "node", "default"],
      // Packages name parts of themselves there (cborg/json).
      exportsFields: ["exports"],
    },
  },
};
