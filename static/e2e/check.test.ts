/** The check page, the page of rules, and a dataset's report. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { openBrowser, openContext, register, screenshots } from "./browser";
import { TestServer } from "./server";

const HEADER = `##fileformat=VCFv4.2
##contig=<ID=20>
##INFO=<ID=DP,Number=1,Type=Integer,Description="Depth">
##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tA\tB
`;

/** Faults of several rules, one of them on a hundred and fifty lines. */
function faulty(): string {
  const line = (pos: string, alt: string, info: string) => `20\t${pos}\t.\tA\t${alt}\t.\tPASS\t${info}\tGT\t0/1\t0/0\n`;
  const flawed = Array.from({ length: 150 }, (_, i) => line(String(1000 + i), "G", `DP=${i}.5`)).join("");
  return `${HEADER}${flawed}${line("nowhere", "G", "DP=1")}${line("2000", "G,G", "XY=1")}${line("2001", "A", "DP=2")}`;
}

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

async function check(name: string, text: string, profile: string): Promise<void> {
  await page.locator("#file").setInputFiles({ name, mimeType: "text/plain", buffer: Buffer.from(text) });
  await page.locator(`input[value="${profile}"]`).check();
  await page.getByRole("button", { name: "Check", exact: true }).click();
}

test("a file is checked: the report by rule, further lines on demand, as a CSV", async () => {
  await page.getByRole("link", { name: "Check" }).click();
  await page.waitForURL(`${server.url}/check`);
  await screenshots(page, "check-form");
  await check("cohort.vcf", faulty(), "spec");
  await page.waitForSelector('#page[data-state="refused"]');
  await page.getByText("151 errors, 3 warnings", { exact: true }).waitFor();
  const float = page.locator("details.rule", { has: page.locator("code", { hasText: "info-float-in-integer" }) });
  await float.locator("summary").click();
  await float.getByText("100 of 150").waitFor();
  await screenshots(page, "check-report");
  await float.getByRole("button", { name: "Show more" }).click();
  await float.locator("tbody tr").nth(149).waitFor();
  assert.equal(await float.locator("tbody tr").count(), 150);
  assert.equal(await float.getByRole("link", { name: "About this rule" }).getAttribute("href"), "/docs/validation#info-float-in-integer");
  const pos = page.locator("details.rule", { has: page.locator("code", { hasText: "pos-not-integer" }) });
  await pos.locator("tbody tr").getByText("156").waitFor();
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download CSV" }).click();
  const csv = readFileSync(await (await download).path(), "utf8");
  assert.equal(csv.split("\r\n").length, 1 + 154 + 1);
  assert.match(csv, /cohort\.vcf,error,pos-not-integer,156,4,nowhere,/);
});

test("another profile gives another answer, and a sound file nothing to find fault with", async () => {
  await page.getByRole("button", { name: "Check another file" }).click();
  await check("sound.vcf", `${HEADER}20\t1000\t.\tA\tG\t.\tPASS\tDP=1\tGT\t0/1\t0/0\n`, "strict");
  await page.waitForSelector('#page[data-state="accepted"]');
  await page.getByText("Nothing to find fault with.").waitFor();
  await screenshots(page, "check-accepted");
});

test("the rules are on a page of their own", async () => {
  await page.goto(`${server.url}/docs/validation#info-float-in-integer`);
  await page.locator("#info-float-in-integer").getByText("Declare the key as Float.").waitFor();
  await screenshots(page, "rules");
});

test("a dataset's report is the same component", async () => {
  await page.goto(`${server.url}/upload`);
  await page.locator("#files").setInputFiles({ name: "cohort.vcf", mimeType: "text/plain", buffer: Buffer.from(faulty()) });
  await page.locator("#build").selectOption("GRCh37");
  await page.getByRole("button", { name: "Upload and explore" }).click();
  await page.waitForURL(/dataset=cohort/);
  // The bytes are sent from that page.
  await page.waitForSelector('.upload-strip:is([data-state="done"], [data-state="failed"])');
  await page.goto(`${server.url}/`);
  await page.locator("#datasets").getByRole("link", { name: "cohort" }).click();
  await page.locator('.file[data-state="failed"]').waitFor();
  await page.getByText("151 errors, 3 warnings", { exact: true }).waitFor();
  const float = page.locator("details.rule", { has: page.locator("code", { hasText: "info-float-in-integer" }) });
  await float.locator("summary").click();
  await float.getByText("100 of 150").waitFor();
  await float.getByRole("button", { name: "Show more" }).click();
  await float.locator("tbody tr").nth(149).waitFor();
  assert.equal(await float.locator("tbody tr").count(), 150);
  await screenshots(page, "dataset-report");
});

test("no script failed, and nothing broke the content policy", () => {
  assert.deepEqual(faults, []);
});
