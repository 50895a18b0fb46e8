// Fails when the script that a page loads first is over the limit, gzipped.
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";

const LIMIT = 200 * 1024;
const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(await readFile(new URL("manifest.json", dist), "utf8"));
const gzipped = async (file) => gzipSync(await readFile(new URL(file, dist)), { level: 9 }).length;

let over = false;
const theme = await gzipped(manifest["theme.js"].file);
for (const [name, { file, preload }] of Object.entries(manifest)) {
  if (!name.endsWith(".js") || name === "theme.js") continue;
  const parts = await Promise.all([file, ...preload].map(gzipped));
  const size = parts.reduce((sum, part) => sum + part, theme);
  over ||= size > LIMIT;
  console.log(`${name.padEnd(16)} ${(size / 1024).toFixed(1).padStart(7)} KiB${size > LIMIT ? "  over the limit" : ""}`);
}
console.log(`${"app.css".padEnd(16)} ${((await gzipped(manifest["app.css"].file)) / 1024).toFixed(1).padStart(7)} KiB`);
if (over) {
  console.error(`more than ${LIMIT / 1024} KiB of script at first load`);
  process.exit(1);
}
