/** Groups: those of INFO, shown before the upload; and those made by hand, which an open screen sees come and go. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { openBrowser, openContext, register, screenshots } from "./browser";
import { TestServer } from "./server";

let server: TestServer;
let browser: Browser;
let page: Page;
let other: Page;
const faults: string[] = [];

before(async () => {
  [server, browser] = await Promise.all([TestServer.start(), openBrowser()]);
  const context = await openContext(browser, faults);
  [page, other] = [await context.newPage(), await context.newPage()];
  await register(page, server.url, "ada@example.org", "Ada Lindqvist");
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

const COLUMNS = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO";

async function upload(name: string, text: string): Promise<void> {
  await page.goto(`${server.url}/upload`);
  await page.locator("#build").selectOption("GRCh37");
  await page.locator("#files").setInputFiles({ name, mimeType: "text/plain", buffer: Buffer.from(text) });
}

test("a file without samples offers its groups before it is sent", async () => {
  const keys = ["afr", "nfe", "sas", "XX", "XY", "afr_XX"].flatMap((group) => [`AC_${group}`, `AN_${group}`, `nhomalt_${group}`]);
  const ids = ["AC", "AN", "AC_raw", "AN_raw", ...keys, "EUR_AF", "controls_AC_afr", "controls_AN_afr"];
  const infos = ids.map((id) => `##INFO=<ID=${id},Number=${id.includes("AN") ? "1" : "A"},Type=${id.includes("AF") ? "Float" : "Integer"},Description="d">\n`);
  const values = ids.map((id) => `${id}=${id.includes("AN") ? 2000 : id.includes("AF") ? 0.25 : 12}`).join(";");
  const records = Array.from({ length: 30 }, (_, i) => `20\t${1000 + i}\t.\tA\tG\t50\tPASS\t${values.replaceAll(/(nhomalt_\w+)=12/g, "$1=1")}\n`);
  await upload("gnomad.vcf", `##fileformat=VCFv4.2\n##contig=<ID=20>\n${infos.join("")}${COLUMNS}\n${records.join("")}`);
  await page.getByText("7 groups found in INFO.").waitFor();
  await page.getByLabel("Name of EUR").fill("Europe");
  await page.getByLabel("Make afr_XX").uncheck();
  await screenshots(page, "upload-info-groups");
  await page.getByRole("button", { name: "Upload and explore" }).click();
  await page.waitForSelector('.explore[data-state="ready"][data-total="30"]');
  const cell = page.locator("td.group.given").first();
  assert.equal(await cell.locator(".af").textContent(), "0.25");
  assert.equal(await cell.locator(".counts").textContent(), "AF only");
  const groups = await page.locator(".groups-panel input").evaluateAll((boxes) => boxes.map((box) => (box as HTMLInputElement).value));
  assert.deepEqual(groups.sort(), ["gnomad.all", "gnomad.pop.Europe", "gnomad.pop.afr", "gnomad.pop.nfe", "gnomad.pop.sas", "gnomad.sex.XX", "gnomad.sex.XY"]);
  await screenshots(page, "explore-info-groups");
  await page.goto(`${server.url}/`);
  await page.locator("#datasets").getByRole("link", { name: "gnomad" }).click();
  await page.getByText("found in INFO: the file has no samples").waitFor();
  await screenshots(page, "dataset-info-groups");
});

test("a group made by hand reaches an open screen, changes there, and goes", async () => {
  const samples = Array.from({ length: 12 }, (_, i) => `HG000${90 + i}`);
  const genotypes = samples.map((_, i) => (i % 3 === 0 ? "0/1" : "0/0")).join("\t");
  const records = Array.from({ length: 20 }, (_, i) => `20\t${1000 + i}\t.\tA\tG\t50\tPASS\t.\tGT\t${genotypes}\n`);
  const format = '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n';
  await upload("cohort.vcf", `##fileformat=VCFv4.2\n##contig=<ID=20>\n${format}${COLUMNS}\tFORMAT\t${samples.join("\t")}\n${records.join("")}`);
  await page.getByRole("button", { name: "Upload and explore" }).click();
  await page.waitForSelector('.explore[data-state="ready"][data-total="20"]');
  await other.goto(page.url());
  await other.waitForSelector('.explore[data-state="ready"][data-total="20"]');
  const choice = (name: string) => other.locator(`.groups-panel input[value="${name}"]`);
  assert.equal(await choice("cohort.custom.cases").count(), 0);

  await page.goto(`${server.url}/`);
  await page.locator("#datasets").getByRole("link", { name: "cohort" }).click();
  await page.getByRole("button", { name: "New group" }).click();
  await page.getByLabel("Name", { exact: true }).fill("cases");
  await page.locator("#group-members").fill("HG00090, HG0009\nHG00093");
  await page.getByRole("button", { name: "Make the group" }).click();
  await page.getByText("“HG0009” is not a sample of the dataset.").waitFor();
  await screenshots(page, "group-refused");
  await page.locator("#group-members").fill("HG00090\nHG00093");
  await page.getByText("Choose from the samples").click();
  await page.getByLabel("Find samples").fill("96");
  await page.locator(".sample-list").getByText("HG00096").click();
  await page.getByText("3 samples").waitFor();
  await screenshots(page, "group-dialog");
  await page.getByRole("button", { name: "Make the group" }).click();
  await page.locator("#groups .group-edit", { hasText: "cases" }).getByText("3 samples", { exact: true }).waitFor();
  await screenshots(page, "dataset-groups");
  await choice("cohort.custom.cases").waitFor();
  await other.locator("td.group .counts", { hasText: "3 / 6" }).first().waitFor();

  await page.locator("#groups .group-edit", { hasText: "cases" }).click();
  await page.getByLabel("Name", { exact: true }).fill("carriers");
  await page.getByRole("button", { name: "Save" }).click();
  await page.locator("#groups .group-edit", { hasText: "carriers" }).waitFor();
  await choice("cohort.custom.carriers").waitFor();
  assert.equal(await choice("cohort.custom.cases").count(), 0);

  await page.locator("#groups .group-edit", { hasText: "carriers" }).click();
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await page.getByRole("button", { name: "Delete it" }).click();
  await page.locator("#groups .group-edit", { hasText: "carriers" }).waitFor({ state: "detached" });
  await choice("cohort.custom.carriers").waitFor({ state: "detached" });
});

test("no script failed, and nothing broke the content policy", () => {
  assert.deepEqual(faults, []);
});
