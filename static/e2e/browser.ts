/** Chromium, and what a person does with it. */

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import type { Browser, BrowserContext, Page } from "playwright-core";

const FLAGS = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

export const PASSWORD = "correct horse battery";

export async function openBrowser(): Promise<Browser> {
  const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
  // Chromium refuses its sandbox to root.
  const args = process.getuid?.() === 0 ? [...FLAGS, "--no-sandbox"] : FLAGS;
  return chromium.launch({ executablePath, args });
}

/** Every page of it fails the test on an error of a script or of the content policy. */
export async function openContext(browser: Browser, faults: string[]): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" });
  context.on("page", (page) => {
    page.on("pageerror", (error) => faults.push(String(error.stack)));
    page.on("console", (message) => {
      if (message.type() === "error" && !/status of 4\d\d|ERR_|WebSocket connection/.test(message.text())) faults.push(message.text());
    });
  });
  return context;
}

export async function register(page: Page, url: string, email: string, name: string): Promise<void> {
  await page.goto(`${url}/register`);
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Create account" }).click();
  await page.waitForURL(`${url}/`);
}

export interface Seen {
  version: string;
  total: number;
  state: string;
  sums: Record<string, number>;
}

/** What the Explore page shows now. */
export async function seen(page: Page): Promise<Seen> {
  return page.evaluate(() => {
    const root = document.querySelector<HTMLElement>(".explore");
    const panels = [...document.querySelectorAll<HTMLElement>("[data-group]")];
    return {
      version: root?.dataset["version"] ?? "",
      total: Number(root?.dataset["total"]),
      state: root?.dataset["state"] ?? "",
      sums: Object.fromEntries(panels.map((panel) => [panel.dataset["group"] ?? "", Number(panel.dataset["sum"])])),
    };
  });
}

/** Notes, in the page, what it shows at every version from now on. */
export async function record(page: Page): Promise<() => Promise<Seen[]>> {
  await page.evaluate(() => {
    const root = document.querySelector<HTMLElement>(".explore");
    if (!root) throw new Error("this is not the Explore page");
    const list: Seen[] = [];
    const note = () => {
      const panels = [...document.querySelectorAll<HTMLElement>("[data-group]")];
      list.push({
        version: root.dataset["version"] ?? "",
        total: Number(root.dataset["total"]),
        state: root.dataset["state"] ?? "",
        sums: Object.fromEntries(panels.map((panel) => [panel.dataset["group"] ?? "", Number(panel.dataset["sum"])])),
      });
    };
    new MutationObserver(note).observe(root, { attributes: true, attributeFilter: ["data-version"] });
    (globalThis as unknown as { recorded: unknown[] }).recorded = list;
  });
  return () => page.evaluate(() => (globalThis as unknown as { recorded: Seen[] }).recorded);
}

/** The count of the table is the sum of each chart. */
export function assertSums({ version, total, sums }: Seen): void {
  const groups = Object.entries(sums);
  assert.ok(groups.length > 0, `no chart at ${version}`);
  for (const [group, sum] of groups) assert.equal(sum, total, `${group} at ${version}`);
}

/** The page on a phone and on a desk, dark and light, in `test-results/screenshots`. */
export async function screenshots(page: Page, name: string): Promise<void> {
  const folder = join(process.env["ALLELECAST_STATIC"] ?? ".", "test-results/screenshots");
  mkdirSync(folder, { recursive: true });
  for (const width of [390, 1440]) {
    await page.setViewportSize({ width, height: width < 600 ? 844 : 900 });
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: join(folder, `${name}-${width}-${colorScheme}.png`) });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(wide <= 0, `${name} is ${wide} px wider than a screen of ${width} px`);
    }
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.emulateMedia({ colorScheme: "light" });
}
