// Takes a picture of a report page in Chromium (scripts/install-chromium.sh): docs/matrix.png is made so from the published matrix,
//   npx expat-conformance report html --out page.html reports/matrix/matrix.jsonl
//   node scripts/picture-page.mjs page.html docs/matrix.png
// Arguments behind these: the part of the address behind `#` (default: view=matrix), the width in pixels (1280), and `dark`.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [page, picture, hash = "view=matrix", width = "1280", scheme = "light"] = process.argv.slice(2);
if (page === undefined || picture === undefined || !existsSync(page)) {
  console.error(
    "usage: node scripts/picture-page.mjs PAGE.html PICTURE.png [HASH [WIDTH [light|dark]]]; the page is made by `report html`",
  );
  process.exit(2);
}
const executablePath = "/usr/bin/chromium";
if (!existsSync(executablePath)) {
  console.error(`${executablePath} is missing: scripts/install-chromium.sh installs it`);
  process.exit(1);
}
const browser = await chromium.launch({ executablePath, args: ["--disable-gpu", "--no-first-run"] });
try {
  const context = await browser.newContext({
    viewport: { width: Number(width), height: 800 },
    colorScheme: scheme === "dark" ? "dark" : "light",
  });
  const tab = await context.newPage();
  await tab.goto(`${pathToFileURL(resolve(page))}#${hash}`);
  await tab.locator("h1").waitFor();
  await tab.screenshot({ path: picture, fullPage: true });
} finally {
  await browser.close();
}
