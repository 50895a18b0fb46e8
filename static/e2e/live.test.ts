/** The main job: half a file is up and the page has moved; the rest comes; two browsers show the final numbers. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { assertSums, openBrowser, openContext, PASSWORD, record, register, screenshots, seen } from "./browser";
import { frequency, readExample, spectrum } from "./example";
import type { Example } from "./example";
import { TestServer } from "./server";
import { Uploader } from "./tus";

let server: TestServer;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let example: Example;
const faults: string[] = [];

before(async () => {
  [server, browser] = await Promise.all([TestServer.start(), openBrowser()]);
  example = readExample();
  context = await openContext(browser, faults);
  page = await context.newPage();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

const root = (condition: string) => `.explore${condition}`;
const total = (n: number) => page.waitForSelector(root(`[data-total="${n}"]:not([aria-busy])`));

async function ask(query: string): Promise<void> {
  await page.getByLabel("Query", { exact: true }).fill(query);
  await page.getByRole("button", { name: "Run" }).click();
}

/** Bars of a chart as they are drawn. */
const bars = (group: string) =>
  page.evaluate((name) => [...document.querySelectorAll(`[data-group$="${name}"] .bar`)].map((bar) => Number(bar.getAttribute("data-value"))), group);

test("a stranger is led to the login page and back to where they wanted to go", async () => {
  await register(page, server.url, "ada@example.org", "Ada Lindqvist");
  await screenshots(page, "start-empty");
  await page.locator("#account-menu summary").click();
  await page.getByRole("button", { name: "Log out" }).click();
  await page.waitForURL(`${server.url}/login`);
  await screenshots(page, "login");

  await page.goto(`${server.url}/help?x=1`);
  await page.waitForURL(/\/login\?next=/);
  await page.getByLabel("Email").fill("ada@example.org");
  await page.getByLabel("Password").fill("not the password");
  await page.getByRole("button", { name: "Log in" }).click();
  await page.locator("#form-error:not(:empty)").waitFor();
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.waitForURL(`${server.url}/help?x=1`);
  await screenshots(page, "help");
});

test("half of a file is up: the dataset imports, and the charts have moved", async () => {
  const uploader = new Uploader(context, server.url);
  const { id, slug } = await uploader.dataset({ name: "Example", build: "GRCh37", panel: example.panel });
  const { bytes } = example;
  const half = Math.floor(bytes.length / 2);
  const path = await uploader.create(id, "unphased.vcf.gz", bytes.length);

  await page.goto(`${server.url}/explore?dataset=${slug}`);
  await page.waitForSelector(root('[data-connection="live"]'));
  await uploader.append(path, 0, bytes.subarray(0, half));
  await page.waitForFunction(() => Number(document.querySelector<HTMLElement>(".explore")?.dataset["total"]) > 0);
  const now = await seen(page);
  assert.equal(now.state, "importing");
  assert.ok(now.total > 0 && now.total < example.alleles.length, String(now.total));
  await page.waitForSelector(`[data-group$=".pop.CEU"]`);
  assert.deepEqual(Object.keys((await seen(page)).sums).map((name) => name.split(".").slice(1).join(".")).filter((name) => name.startsWith("pop")).sort(), ["pop.CEU", "pop.TSI"]);
  assert.equal(await page.locator(".af-spectrum.provisional").count(), await page.locator(".af-spectrum").count());
  await screenshots(page, "explore-importing");
  await page.goto(`${server.url}/datasets/${id}`);
  await page.getByText("Importing").first().waitFor();
  await screenshots(page, "dataset-importing");
  await page.goto(`${server.url}/`);
  await page.locator(".import-card").waitFor();
  await screenshots(page, "start-importing");

  const other = await openContext(browser, faults);
  const second = await other.newPage();
  await register(second, server.url, "grace@example.org", "Grace");
  await second.goto(`${server.url}/explore?dataset=${slug}`);
  await page.goto(`${server.url}/explore?dataset=${slug}`);
  for (const one of [page, second]) await one.waitForSelector(root('[data-state="importing"]'));
  const records = await Promise.all([record(page), record(second)]);

  // The rest comes after a break, so both go on from the version that they show.
  server.wire.cut();
  for (const one of [page, second]) await one.locator('.connection[data-phase="reconnecting"]').waitFor();
  server.wire.mend();
  await uploader.append(path, half, bytes.subarray(half));
  await uploader.complete(id);
  for (const one of [page, second]) await one.waitForSelector(root(`[data-state="ready"][data-total="${example.alleles.length}"]`));
  for (const read of records) {
    const versions = await read();
    assert.ok(versions.length > 0);
    versions.forEach(assertSums);
  }
  const shown = await seen(page);
  assertSums(shown);
  assert.deepEqual((await seen(second)).sums, shown.sums);
  for (const group of ["pop.CEU", "pop.TSI"]) assert.deepEqual(await bars(`.${group}`), spectrum(example.alleles, group), group);
  assert.equal(await page.locator(".af-spectrum.provisional").count(), 0);
  await screenshots(page, "explore-ready");
  await other.close();
});

test("the table holds what the file holds, from the first row to the last", async () => {
  const first = example.alleles[0];
  const last = example.alleles.at(-1);
  await page.waitForSelector(`tr[data-variant="${first?.id}"]`);
  const viewport = page.locator(".table-viewport");
  const rows = await page.locator(".variants tbody tr").count();
  await viewport.evaluate((element) => (element.scrollTop = element.scrollHeight));
  const row = page.locator(`tr[aria-rowindex="${example.alleles.length + 1}"][data-variant="${last?.id}"]`);
  await row.waitFor();
  assert.ok((await page.locator(".variants tbody tr").count()) <= rows + 8, "rows out of view are not in the document");
  const cells = await row.locator("td.group .counts").allTextContents();
  const expected = `${last?.ac["pop.CEU"] ?? 0} / ${last?.an["pop.CEU"] ?? 0}`;
  assert.ok(cells.includes(expected), `${expected} among ${cells.join(", ")}`);
  await viewport.evaluate((element) => (element.scrollTop = 0));
  await page.waitForSelector(`tr[data-variant="${first?.id}"]`);
});

test("questions are answered, live in the address, and Back returns", async () => {
  const inRegion = example.alleles.filter(({ pos }) => pos >= 1874000 && pos <= 1921000);
  const common = inRegion.filter((allele) => (frequency(allele, "pop.CEU") ?? 0) > 0.05);
  const { id } = inRegion[0] ?? { id: "" };
  const cases: [string, number][] = [
    ["region:20:1874000-1921000", inRegion.length],
    ["region:20:1874000-1921000 AND af(CEU) > 5%", common.length],
    ["region:20:1874000-1921000 AND NOT af(pop.CEU) > 5%", inRegion.length - common.length],
    ["(af(CEU) > 5% OR af(TSI) > 5%) AND region:20:1874000-1921000", inRegion.filter((allele) => ["pop.CEU", "pop.TSI"].some((group) => (frequency(allele, group) ?? 0) > 0.05)).length],
    [id, 1],
  ];
  for (const [query, expected] of cases) {
    await ask(query);
    await total(expected);
    assertSums(await seen(page));
    assert.equal(new URL(page.url()).searchParams.get("q"), query);
  }
  await screenshots(page, "explore-one");
  await page.goBack();
  await total(cases[3]?.[1] ?? -1);
  await page.reload();
  await total(cases[3]?.[1] ?? -1);
  assert.equal(await page.getByLabel("Query", { exact: true }).inputValue(), cases[3]?.[0]);
});

test("a question that is not understood shows where it went wrong, and the next one works", async () => {
  await ask("region:20:1874000-1921000 AND af(XYZ) > 5%");
  await page.locator(".query-error mark").waitFor();
  assert.match((await page.locator(".query-error mark").textContent()) ?? "", /XYZ/);
  await screenshots(page, "explore-error");
  await ask("");
  await total(example.alleles.length);
  assert.equal(await page.locator(".query-error").count(), 0);
});

test("groups are chosen by name and carried in the address", async () => {
  const boxes = page.locator(".groups-panel input:checked");
  const shown = await boxes.count();
  await page.locator('.groups-panel input[value$=".pop.TSI"]').uncheck();
  await page.waitForFunction((n) => document.querySelectorAll("[data-group]").length === n, shown - 1);
  assert.ok(!new URL(page.url()).searchParams.get("groups")?.includes("pop.TSI"));
  assertSums(await seen(page));
  await page.goBack();
  await page.waitForFunction((n) => document.querySelectorAll("[data-group]").length === n, shown);
});

test("a cut wire is said, and mended by itself", async () => {
  const shown = await seen(page);
  server.wire.cut();
  await page.locator('.connection[data-phase="reconnecting"]').waitFor();
  assert.equal((await seen(page)).total, shown.total, "what was shown stays");
  server.wire.mend();
  await page.locator('.connection[data-phase="live"]').waitFor();
  assertSums(await seen(page));
  await ask("region:20:1874000-1921000");
  await total(example.alleles.filter(({ pos }) => pos >= 1874000 && pos <= 1921000).length);
});

test("what is on the screen downloads as CSV", async () => {
  const shown = await seen(page);
  const version = await page.locator(root("")).getAttribute("data-version");
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download CSV" }).click()]);
  assert.equal(download.suggestedFilename(), `example-v${version}.csv`);
  const lines = readFileSync(await download.path(), "utf8").split("\r\n");
  assert.equal(lines.pop(), "");
  assert.equal(lines.length, shown.total + 1);
  assert.match(lines[0] ?? "", /^chrom,pos,ref,alt,id,.*example\.pop\.CEU status,example\.pop\.CEU ac,/);
  await page.locator('.export[data-state="ready"] a').waitFor();
});

test("every example of the help page runs", async () => {
  await page.goto(`${server.url}/help`);
  const examples = await page.locator(".syntax a").evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).href));
  assert.ok(examples.length >= 8);
  for (const address of examples) {
    // Genes are known where somebody has loaded them, and nobody has here.
    if (address.includes("q=gene:")) continue;
    await page.goto(address);
    await page.waitForSelector(root("[data-version]:not([aria-busy])"));
    assert.equal(await page.locator(".query-error").count(), 0, address);
    const { total } = await seen(page);
    assert.ok(total > 0, `${address} finds nothing in the example`);
  }
});

test("no script failed, and nothing broke the content policy", () => {
  assert.deepEqual(faults, []);
});
