/** Sites that a file leaves out: a BED through the form, and the three answers side by side. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { openBrowser, openContext, register, screenshots } from "./browser";
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

function vcf(sample: string, positions: number[]): { name: string; mimeType: string; buffer: Buffer } {
  const header = `##fileformat=VCFv4.2\n##contig=<ID=20>\n##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t${sample}1\t${sample}2\n`;
  const records = positions.map((position) => `20\t${position}\t.\tA\tG\t.\tPASS\t.\tGT\t${position === 400 ? "0/0" : "0/1"}\t0/0\n`);
  return { name: `${sample}.vcf`, mimeType: "text/plain", buffer: Buffer.from(header + records.join("")) };
}

async function fill(sample: string, positions: number[]): Promise<void> {
  await page.goto(`${server.url}/upload`);
  await page.locator("#files").setInputFiles(vcf(sample, positions));
  await page.locator("#build").selectOption("GRCh37");
}

async function upload(): Promise<void> {
  await page.getByRole("button", { name: "Upload and explore" }).click();
  await page.waitForURL(/dataset=/);
  await page.waitForSelector('.explore[data-state="ready"][data-total="4"]');
}

test("a BED goes with the dataset; one that cannot be read makes none", async () => {
  await fill("a", [100, 200, 300, 400]);
  await upload();
  await fill("b", [100, 400, 500, 600]);
  await page.getByText("Validation and absent sites").click();
  assert.equal(await page.locator("#callable-field").isVisible(), false);
  await page.locator("[name=absent_sites][value=reference]").check();
  await page.locator("#callable").setInputFiles({ name: "b.bed", mimeType: "text/plain", buffer: Buffer.from("20\t0\t250\n20\tx\t500\n") });
  await screenshots(page, "upload-callable");
  await page.getByRole("button", { name: "Upload and explore" }).click();
  await page.locator("#form-error").getByText(/line 2/).waitFor();
  await page.locator("#callable").setInputFiles({ name: "b.bed.gz", mimeType: "application/gzip", buffer: gzipSync("20\t0\t250\n20\t399\t700\n") });
  await upload();
});

test("no data, not seen and AC 0 look different", async () => {
  await page.goto(`${server.url}/explore?build=GRCh37&dataset=a,b`);
  await page.waitForSelector('.explore[data-state="ready"][data-total="6"]');
  const kinds = ["observed", "ac0", "not-seen", "no-data"];
  for (const kind of kinds) await page.locator(`.variants td.${kind}`).first().waitFor();
  const title = (kind: string) => page.locator(`.variants td.${kind}`).first().getAttribute("title");
  assert.match((await title("not-seen")) ?? "", /inferred \(AC 0, AN 4/);
  assert.match((await title("no-data")) ?? "", /no data/);
  await screenshots(page, "three-kinds-of-zero");
  await page.goto(`${server.url}/`);
  await page.locator("#datasets").getByRole("link", { name: "b", exact: true }).click();
  await page.getByText("not seen within 2 callable regions (551 bases), no data elsewhere").waitFor();
  await screenshots(page, "dataset-callable");
});

test("no script failed, and nothing broke the content policy", () => {
  assert.deepEqual(faults, []);
});
