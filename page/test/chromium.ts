import { existsSync } from "node:fs";
import { type Browser, type BrowserContextOptions, chromium } from "playwright-core";

/** Debian's Chromium. */
const executablePath = "/usr/bin/chromium";

const switches = [
  ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
];

/** Before all tests: throws where there is no Chromium, so that no test passes for not having been run. */
export default function setup(): void {
  if (!existsSync(executablePath)) throw new Error(`${executablePath} is missing: scripts/install-chromium.sh installs Debian's Chromium`);
}

/** Starts Chromium with an empty folder for its user's data, which is removed when it ends. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath, args: switches });
}

export const desktop: BrowserContextOptions = { viewport: { width: 1280, height: 800 } };
export const phone: BrowserContextOptions = { viewport: { width: 360, height: 740 } };
