/** Snapshots in `src/<path>.snap`; `UPDATE_SNAPSHOTS=1` writes them anew. */

import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

export function matchSnapshot(name: string, markup: string): void {
  const path = join(process.env["ALLELECAST_STATIC"] ?? ".", "src", dirname(name), "__snapshots__", name.slice(name.lastIndexOf("/") + 1));
  const text = `${markup.replace(/></g, ">\n<")}\n`;
  if (process.env["UPDATE_SNAPSHOTS"] || !existsSync(path)) {
    assert.ok(process.env["UPDATE_SNAPSHOTS"], `no snapshot ${path}: run with UPDATE_SNAPSHOTS=1 and look at what it drew`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  assert.equal(text, readFileSync(path, "utf8"));
}
