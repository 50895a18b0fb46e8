/** Uploads through the form: the way to the live page, and a file that is refused. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { assertSums, openBrowser, openContext, register, screenshots, seen } from "./browser";
import { panelPath, readExample, vcfPath } from "./example";
import { TestServer } from "./server";

let server: TestServer;
let browser: Browser;
let page: Page;
const faults: string[] = [];

before(async () => {
  [server, browser] = await Promise.all([TestServer.start(), openBrowser()]);
  page = await (await openContext(browser, faults)).newPage();
  await register(page, server.url, "ada@example.org", "Ada Lindqvist");
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

test("a file and its panel: a preview before, live results after, complete by itself", async () => {
  const { alleles } = readExample();
  await page.goto(`${server.url}/upload`);
  await page.locator("#files").setInputFiles(vcfPath);
  await page.locator("#files-chosen").getByText("203 samples").waitFor();
  await page.locator("#panel-file").setInputFiles(panelPath);
  await page.getByText("203 of 203 samples match.").waitFor();
  assert.equal(await page.locator("#name").inputValue(), "unphased");
  await page.locator("#build").selectOption("GRCh37");
  await screenshots(page, "upload");
  await page.getByRole("button", { name: "Upload and explore" }).click();
  await page.waitForSelector(`.explore[data-state="ready"][data-total="${alleles.length}"]`);
  assertSums(await seen(page));
  assert.match(page.url(), /\/explore\?build=GRCh37&dataset=unphased/);
  await screenshots(page, "uploaded");
});

test("a malformed file is refused with its line, and the page says how to go on", async () => {
  const header = "##fileformat=VCFv4.2\n##contig=<ID=20>\n##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tA\tB\n";
  const good = Array.from({ length: 50 }, (_, i) => `20\t${1000 + i}\t.\tA\tG\t.\tPASS\t.\tGT\t0/1\t0/0\n`).join("");
  const bad = "20\tnowhere\t.\tA\tG\t.\tPASS\t.\tGT\t0/1\t0/0\n";
  await page.goto(`${server.url}/upload`);
  await page.locator("#files").setInputFiles({ name: "broken.vcf.gz", mimeType: "application/gzip", buffer: gzipSync(header + good + bad) });
  await page.locator("#build").selectOption("GRCh37");
  await page.getByRole("button", { name: "Upload and explore" }).click();
  await page.waitForURL(/dataset=broken/);
  await page.locator(".upload-strip").getByText("Details").click();
  await page.goto(`${server.url}/`);
  await page.locator("#datasets").getByRole("link", { name: "broken" }).click();
  await page.locator('.file[data-state="failed"]').waitFor();
  assert.match((await page.locator(".file-error").textContent()) ?? "", /Line 55/);
  await page.getByRole("link", { name: "Upload a corrected file" }).waitFor();
  await screenshots(page, "dataset-refused");
});

test("a dataset is deleted after a question", async () => {
  await page.getByRole("button", { name: "Delete this dataset" }).click();
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await page.waitForURL(`${server.url}/`);
  await page.locator("#datasets").getByRole("link", { name: "unphased" }).waitFor();
  assert.equal(await page.locator("#datasets").getByRole("link", { name: "broken" }).count(), 0);
  const suggested = page.locator("#try").getByRole("link", { name: "gene:SIRPA AND af(CEU) > 5%" });
  assert.match((await suggested.getAttribute("href")) ?? "", /dataset=unphased&q=gene%3ASIRPA/);
  await screenshots(page, "start");
});

test("no script failed, and nothing broke the content policy", () => {
  assert.deepEqual(faults, []);
});
