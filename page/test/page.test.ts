import { rmSync } from "node:fs";
import axe from "axe-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { desktop, phone, startBrowser } from "./chromium.ts";
import { attackedPage, attacks, folder, KNOWN, largePage, RELAYED, smallPage } from "./fixtures.ts";

const small = smallPage();
const place = (parameters: Record<string, string>): string => `${small.url}#${new URLSearchParams(parameters)}`;
const relayed = place({ view: "result", implementation: "zeta", instance: RELAYED });
const exchange = place({
  view: "result",
  attester: "beta",
  relyingParty: "alpha",
  direction: "attester/server",
  instance: "interop/attestation/attests[server,sha384,eat-cwt]",
});
const pair = place({ view: "pair", attester: "beta", relyingParty: "gamma", direction: "attester/server" });

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A tab that shows `url`; when the test is over, nothing was written to its console, nothing asked of a network. */
async function open(url: string, options: BrowserContextOptions = desktop): Promise<Page> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const noticed: string[] = [];
  page.on("console", (message) => noticed.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => noticed.push(`error: ${error.message}`));
  page.on("request", (request) => {
    if (!request.url().startsWith("file:") && !request.url().startsWith("data:")) noticed.push(`request: ${request.url()}`);
  });
  page.on("dialog", (dialog) => noticed.push(`dialog: ${dialog.message()}`));
  onTestFinished(async () => {
    await context.close();
    expect(noticed).toEqual([]);
  });
  await page.goto(url);
  await page.locator("h1").waitFor();
  return page;
}

/** What axe finds, with the first places. */
async function scan(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run: () => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } };
    const { violations } = await axe.run();
    return violations.map(
      ({ id, nodes }) =>
        `${id}: ${nodes
          .slice(0, 3)
          .map(({ html }) => html.slice(0, 200))
          .join(" | ")}`,
    );
  });
}

const heading = (page: Page): Promise<string> => page.locator("h1").innerText();
const shown = (page: Page): Promise<string> => page.locator(".shown").innerText();

describe("the page", () => {
  it("opens from disk with the matrix: each cell says what came of each direction, and whose fault it is", async () => {
    const page = await open(small.url);
    expect(await heading(page)).toBe("Interop matrix");
    const cell = page.getByRole("link", { name: /^beta with gamma, attester is the TLS server: / });
    expect(await cell.getAttribute("aria-label")).toMatch(
      /3 passed, 5 failed, 3: beta sent invalid, 2: gamma accepted invalid, 2: reported to the maintainers on 2026-01-01, 6 not in common$/,
    );
    expect(await page.getByRole("link", { name: "alpha with beta, attester is the TLS client: all 14 passed" }).count()).toBe(1);
    expect(await page.getByText("not built: needs cargo").count()).toBe(7);
    await cell.click();
    expect(await heading(page)).toBe("beta attests to gamma");
    expect(await shown(page)).toBe("14 exchanges");
    await page.getByLabel("Outcome").selectOption("fail");
    expect(await shown(page)).toBe("5 of 14 exchanges");
    await page.getByRole("link", { name: "Genuine Evidence of another connection is refused" }).first().click();
    const article = await page.locator("article").innerText();
    for (const words of [
      "gamma accepted invalid",
      "reported to the maintainers on 2026-01-01",
      ".pcapng",
      "matrix --iut iuts/beta --iut iuts/gamma",
    ]) {
      expect(article).toContain(words);
    }
  });

  it("filters, keeps the filters in its address, and finds them again after back and reload", async () => {
    const page = await open(small.url);
    await page.getByRole("link", { name: "Results" }).click();
    expect(await shown(page)).toBe("496 results");
    await page.getByLabel("Implementation").selectOption("eta");
    await page.getByLabel("Outcome").selectOption("fail");
    expect(await shown(page)).toBe("20 of 496 results");
    await page.getByLabel("Text").fill("made-up-9[server");
    await expect.poll(() => shown(page)).toBe("1 of 496 results");
    expect(new URL(page.url()).hash).toBe("#view=results&implementation=eta&outcome=fail&text=made-up-9%5Bserver");
    await page.reload();
    expect(await shown(page)).toBe("1 of 496 results");
    expect(await page.getByLabel("Text").inputValue()).toBe("made-up-9[server");
    await page.goBack();
    await expect.poll(() => shown(page)).toBe("240 of 496 results");
    await page.goBack();
    await page.goBack();
    await expect.poll(() => heading(page)).toBe("Interop matrix");
    await page.goForward();
    await page.getByLabel("Requirement").fill("expat-binding-no-replay");
    await page.getByLabel("Requirement").press("Tab");
    // One of the run, and those exchanges whose blame names it.
    await expect.poll(() => shown(page)).toMatch(/^\d+ of 496 results$/);
    await page.getByLabel("Position").selectOption("attester/client");
    await page.getByRole("button", { name: "Clear filters" }).click();
    expect(await shown(page)).toBe("496 results");
  });

  it("turns the pages of a long list", async () => {
    const page = await open(place({ view: "results", implementation: "eta" }));
    expect(await page.locator("tbody tr").count()).toBe(50);
    await page.getByRole("button", { name: "Next" }).click();
    expect(await page.locator(".pager").innerText()).toContain("Page 2 of 5");
    expect(page.url()).toContain("page=2");
    await page.getByLabel("Outcome").selectOption("fail");
    expect(page.url()).not.toContain("page=");
  });

  it("shows all of a failure", async () => {
    const page = await open(relayed);
    expect(await page.title()).toBe("Genuine Evidence of another connection is refused, zeta · expat-conformance");
    const article = await page.locator("article").innerText();
    for (const words of [
      "✗ failed",
      "The binding is all that ties",
      "A genuine machine somewhere",
      "a refusal",
      "acceptance",
      "the nonce is not compared. Compare it.",
      "MUST",
      "cmw.value is replaced",
      "certificate.entries.0.extensions.0.data differs (byte 505, 12 bytes)",
      "verifier: nonce not compared",
      `npx expat-conformance run --iut iuts/zeta --only '${RELAYED}'`,
    ]) {
      expect(article).toContain(words);
    }
    const statement = page.getByRole("link", { name: /^expat, section/ });
    expect(await statement.getAttribute("href")).toMatch(
      /^https:\/\/datatracker\.ietf\.org\/doc\/html\/draft-fossati-seat-expat-03#section-/,
    );
  });

  it("shows implementations, requirements and goals, and leads from them to the results", async () => {
    const page = await open(place({ view: "implementations", implementation: "zeta" }));
    expect(await page.locator("main").innerText()).toMatch(
      /Positions\s+attester\/server[^]*2\s*✗ failed\s*1 known to the baseline[^]*attack possible/,
    );
    await page.getByRole("link", { name: "Requirements" }).click();
    await page.getByLabel("Verdict").selectOption("fail");
    expect(await shown(page)).toMatch(/^3 of \d+ statements$/);
    await page.locator("tr", { hasText: "expat-binding-no-replay" }).getByRole("link", { name: "failed 1 of 1" }).click();
    expect(await shown(page)).toBe("1 of 496 results");
    await page.getByRole("link", { name: "Security goals" }).click();
    await page.locator("tr", { hasText: "relay" }).first().getByRole("link", { name: "1 failed" }).first().click();
    expect(await shown(page)).toBe("1 of 496 results");
    expect(await page.locator("tbody").innerText()).toContain(RELAYED);
  });

  it("says what a known failure is known for, and what it does not hold", async () => {
    const page = await open(place({ view: "result", implementation: "zeta", instance: KNOWN }));
    expect(await page.locator("article").innerText()).toMatch(/failed, known[^]*In the baseline\s+issue 12/);
    await page.goto(place({ view: "result", implementation: "zeta", instance: "no/such" }));
    await expect.poll(() => heading(page)).toBe("Not in this page");
  });
});

describe("message and bytes", () => {
  it("show the same field, by pointer and by keyboard", async () => {
    const page = await open(exchange);
    const message = page.getByRole("region", { name: "Message certificate", exact: true });
    const seen = (pane: string) => message.locator(`.${pane} [data-field].seen`);
    const binding = message.getByRole("button", { name: /nonce \(the binding\), 32 bytes/ });
    await binding.hover();
    expect(await seen("hex").innerText()).toMatch(/^([0-9a-f]{2}\s+){31}[0-9a-f]{2}\s*$/);
    expect(await message.locator(".field").innerText()).toMatch(/nonce \(the binding\): 32 bytes from byte \d+ on/);
    await message.locator(".hex [data-field='1']").hover();
    expect(await seen("tree").innerText()).toMatch(/^length = /);
    await message.getByRole("button").first().focus();
    await page.mouse.move(0, 0);
    await page.keyboard.press("ArrowDown");
    expect(await seen("tree").innerText()).toMatch(/^length = /);
    await page.keyboard.press("End");
    expect(await page.evaluate(() => document.activeElement?.getAttribute("data-field"))).toBe(
      await seen("hex").getAttribute("data-field"),
    );
    // What is far below comes into sight beside it.
    const [pane, field] = [await message.locator(".hex").boundingBox(), await seen("hex").boundingBox()];
    expect(field?.y).toBeGreaterThan(pane?.y ?? Number.NaN);
    expect(field?.y).toBeLessThan((pane?.y ?? Number.NaN) + (pane?.height ?? Number.NaN));
  });
});

describe("copying", () => {
  const clipboard = (page: Page): Promise<string> => page.evaluate(() => navigator.clipboard.readText());
  const allowed = { ...desktop, permissions: ["clipboard-read", "clipboard-write"] };

  it("gives the command, and a bug report", async () => {
    const page = await open(relayed, allowed);
    await page.getByRole("button", { name: "Copy command" }).click();
    await expect.poll(() => clipboard(page)).toBe(`npx expat-conformance run --iut iuts/zeta --only '${RELAYED}'`);
    await page.getByRole("button", { name: "Copy as bug report" }).click();
    await expect.poll(() => clipboard(page)).toContain("## Genuine Evidence of another connection is refused: failed");
    expect(await page.getByRole("status").filter({ hasText: "Copied" }).count()).toBe(2);
    const text = await clipboard(page);
    for (const words of [
      "- Implementation: `zeta`",
      "### Expected",
      "MUST ([expat, section",
      "the nonce is not compared",
      "### To reproduce",
    ]) {
      expect(text).toContain(words);
    }
  });

  it("shows the text where the browser does not allow it", async () => {
    const page = await open(relayed);
    await page.evaluate(() => {
      navigator.clipboard.writeText = () => Promise.reject(new Error("not allowed"));
    });
    await page.getByRole("button", { name: "Copy command" }).click();
    await expect
      .poll(() => page.evaluate(() => getSelection()?.toString() || (document.activeElement as HTMLTextAreaElement)?.value))
      .toContain("npx");
  });
});

describe("the keyboard alone", () => {
  it("goes from the matrix to a failure and back", async () => {
    const page = await open(small.url);
    const tabTo = async (name: RegExp): Promise<void> => {
      for (let presses = 0; presses < 60; presses++) {
        await page.keyboard.press("Tab");
        const focused = await page.evaluate(() => {
          const element = document.activeElement;
          return element?.getAttribute("aria-label") ?? element?.textContent ?? "";
        });
        if (name.test(focused)) return;
      }
      throw new Error(`Tab does not come to ${name}`);
    };
    await tabTo(/^Skip to the content/);
    await page.keyboard.press("Enter");
    await tabTo(/^beta with alpha, attester is the TLS server/);
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement ?? document.body).outlineStyle);
    expect(outline).toBe("solid");
    await page.keyboard.press("Enter");
    await expect.poll(() => heading(page)).toBe("beta attests to alpha");
    // A reader of the screen hears where it is.
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("H1");
    await tabTo(/^Evidence for this connection is accepted/);
    await page.keyboard.press("Enter");
    await expect.poll(() => heading(page)).toBe("Evidence for this connection is accepted");
    // The keys for it belong to the browser's window, which there is none of here.
    await page.goBack();
    await expect.poll(() => heading(page)).toBe("beta attests to alpha");
  });
});

describe("bad data", () => {
  it("is text and never markup, script or link", async () => {
    const { url } = attackedPage();
    const page = await open(url);
    expect(await page.locator(".banner").innerText()).toMatch(/cut short/);
    const views = ["matrix", "implementations", "results", "requirements", "goals"];
    for (const view of views) {
      await page.goto(`${url}#view=${view}`);
      await page.locator("h1").waitFor();
      expect(await page.title(), view).toMatch(/expat-conformance$/);
    }
    await page.goto(`${url}#view=results&outcome=fail`);
    const link = page.locator("tbody a").first();
    expect(await link.innerText()).toContain(attacks.script);
    await link.click();
    await expect.poll(() => heading(page)).toContain(attacks.image);
    expect(await page.locator("article").innerText()).toContain(attacks.link);
    await page.goto(`${url}#${new URLSearchParams({ view: "implementations", implementation: attacks.image })}`);
    await expect.poll(() => heading(page)).toBe(attacks.image);
    expect(await page.locator("img, #page script, [onerror], a[href^='javascript']").count()).toBe(0);
    expect(await page.title()).toBe(`${attacks.image} · expat-conformance`);
  });

  it("could not run a script if it came into the page all the same", async () => {
    const context = await browser.newContext(desktop);
    onTestFinished(() => context.close());
    const page = await context.newPage();
    await page.goto(small.url);
    const refused = await page.evaluate(() => {
      const seen = new Promise<string>((resolve) =>
        addEventListener("securitypolicyviolation", ({ violatedDirective }) => resolve(violatedDirective), { once: true }),
      );
      const script = document.createElement("script");
      script.textContent = "document.title = 'owned'";
      document.body.append(script);
      return seen;
    });
    expect(refused).toMatch(/^script-src/);
    expect(await page.title()).not.toBe("owned");
  });
});

describe("accessibility", () => {
  const views = {
    matrix: place({ view: "matrix" }),
    pair,
    implementations: place({ view: "implementations" }),
    implementation: place({ view: "implementations", implementation: "zeta" }),
    results: place({ view: "results" }),
    failure: relayed,
    exchange,
    requirements: place({ view: "requirements" }),
    goals: place({ view: "goals" }),
    "not found": place({ view: "result", instance: "no/such" }),
    "cut short": attackedPage().url,
  };
  const looks = [
    { name: "desktop, light", options: { ...desktop, colorScheme: "light" } },
    { name: "desktop, dark", options: { ...desktop, colorScheme: "dark" } },
    { name: "phone, light", options: { ...phone, colorScheme: "light" } },
    { name: "phone, dark", options: { ...phone, colorScheme: "dark" } },
  ] as const;

  it("is seen to be missing where it is", async () => {
    const page = await open(views.results);
    await page.evaluate(() => document.querySelector("table")?.append(document.createElement("button")));
    expect(await scan(page)).toEqual([expect.stringMatching(/^button-name: /)]);
  });

  it.each(looks)("axe finds nothing in any view, and no view is wider than the window: $name", async ({ options }) => {
    const page = await open(views.matrix, options);
    for (const [name, url] of Object.entries(views)) {
      await page.goto("about:blank");
      await page.goto(url);
      await page.locator("h1").waitFor();
      const violations = await scan(page);
      expect(violations, name).toEqual([]);
      const { scrollWidth, clientWidth } = await page.evaluate(() => {
        const { scrollWidth, clientWidth } = document.documentElement;
        return { scrollWidth, clientWidth };
      });
      expect(scrollWidth, `${name}: its width`).toBeLessThanOrEqual(clientWidth);
    }
  });
});

describe("20,000 results", () => {
  it("are less than 3 MB, and are there and filtered soon (measured, not asserted)", async () => {
    const large = largePage();
    expect(large.bytes).toBeLessThan(3_000_000);
    const started = performance.now();
    const page = await open(`${large.url}#view=results`);
    const loaded = performance.now() - started;
    expect(await shown(page)).toBe("20,000 results");
    const inPage = await page.evaluate(() => {
      const [navigation] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
      return navigation?.domComplete ?? Number.NaN;
    });
    const filter = async (act: () => Promise<unknown>, text: RegExp): Promise<number> => {
      const before = performance.now();
      await act();
      await expect.poll(() => shown(page), { interval: 5 }).toMatch(text);
      return performance.now() - before;
    };
    const outcome = await filter(() => page.getByLabel("Outcome").selectOption("fail"), /^1,\d+ of 20,000/);
    const text = await filter(() => page.getByLabel("Text").fill("number 702"), /^\d+ of 20,000/);
    const words = {
      loaded,
      "of that until the page was complete": inPage,
      "filter by outcome": outcome,
      "filter by text, with the pause behind typing": text,
    };
    const lines = Object.entries(words).map(([name, ms]) => `    ${name}: ${Math.round(ms)} ms\n`);
    process.stdout.write(`20,000 results, ${(large.bytes / 1e6).toFixed(2)} MB:\n${lines.join("")}`);
  });
});
