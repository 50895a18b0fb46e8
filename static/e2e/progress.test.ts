/** A file on its way, slowly: what is sent and what is counted are told apart; and a file that is sent a second time. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { openBrowser, openContext, register, screenshots } from "./browser";
import { TestServer } from "./server";

let server: TestServer;
let browser: Browser;
let page: Page;
const faults: string[] = [];

const header = "##fileformat=VCFv4.2\n##contig=<ID=20>\n##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tA\tB\n";
const file = (records: number) => {
  const lines = Array.from({ length: records }, (_, i) => `20\t${1000 + i}\t.\tA\tG\t.\t.\t.\tGT\t0/1\t0/0\n`);
  return { name: "slow.vcf", mimeType: "text/plain", buffer: Buffer.from(header + lines.join("")) };
};

before(async () => {
  [server, browser] = await Promise.all([TestServer.start(), openBrowser()]);
  page = await (await openContext(browser, faults)).newPage();
  await register(page, server.url, "ada@example.org", "Ada Lindqvist");
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

test("what is sent and what is counted have each a bar, a rate and the time left", async () => {
  const wire = await page.context().newCDPSession(page);
  await page.goto(`${server.url}/upload`);
  await page.locator("#files").setInputFiles(file(60_000));
  await page.locator("#build").selectOption("GRCh37");
  await wire.send("Network.enable");
  await wire.send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 60_000 });
  await page.getByRole("button", { name: "Upload and explore" }).click();
  const stage = (name: string) => page.locator(".strip-stage", { has: page.getByText(name, { exact: true }) });
  const text = / of \d\.\d MB · .*\/s · .* left/;
  for (const name of ["Sent", "Counted"]) await stage(name).getByText(text).waitFor();
  await page.locator('.explore[data-state="importing"]').waitFor();
  await screenshots(page, "upload-slow");
  const details = await page.locator(".upload-strip").getByRole("link", { name: "Details" }).getAttribute("href");
  const second = await page.context().newPage();
  await second.goto(server.url + (details ?? ""));
  for (const name of ["Received", "Counted"]) {
    await second.locator(".stages dd", { hasText: text }).nth(name === "Received" ? 0 : 1).waitFor();
  }
  await screenshots(second, "dataset-slow");
  await second.close();
  await wire.send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });
  await page.locator('.explore[data-state="ready"][data-total="60000"]').waitFor();
  assert.equal(await page.locator(".upload-strip").getAttribute("data-state"), "done");
});

test("the same bytes are recognised before they are sent", async () => {
  const { id } = await page.evaluate(async () => {
    const headers = { "content-type": "application/json" };
    const answer = await fetch("/api/v1/datasets", { method: "POST", headers, body: JSON.stringify({ name: "twice", build: "GRCh37" }) });
    return (await answer.json()) as { id: number };
  });
  const send = async () => {
    await page.goto(`${server.url}/upload?dataset=${id}`);
    await page.locator("#files").setInputFiles(file(40));
    await page.getByRole("button", { name: "Upload and explore" }).click();
  };
  // The page completes its dataset; here another file is to follow.
  await page.route("**/complete", (route) => route.fulfill({ status: 200, contentType: "application/json", body: "{}" }));
  await send();
  const ready = (n: number) => page.waitForFunction(async ([id, n]) => {
    const dataset = (await (await fetch(`/api/v1/datasets/${id}`)).json()) as { files: { state: string }[] };
    return dataset.files.filter(({ state }) => state === "ready").length === n;
  }, [id, n]);
  await ready(1);
  await send();
  await page.locator('.upload-strip[data-state="failed"]').getByText("The same bytes as slow.vcf").waitFor();
  await screenshots(page, "upload-twice");
});

test("no script failed, and nothing broke the content policy", () => {
  assert.deepEqual(faults, []);
});
