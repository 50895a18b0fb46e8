// Runs the *.test.ts files below the folders given (src when none is) with node:test. Node 18 reads no TypeScript,
// so esbuild writes each as JavaScript first, beside its snapshots' folder in the environment variable TEST_SOURCE.
import { spawn } from "node:child_process";
import { readdir, rm } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const folders = process.argv.slice(2);
if (folders.length === 0) folders.push("src");

async function* tests(folder) {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* tests(path);
    else if (entry.name.endsWith(".test.ts")) yield path;
  }
}

const entryPoints = [];
for (const folder of folders) for await (const path of tests(join(root, folder))) entryPoints.push(path);
entryPoints.sort();

const outdir = join(root, "node_modules/.cache/tests");
await rm(outdir, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints,
  outdir,
  outbase: root,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node18",
  packages: "external",
  sourcemap: "inline",
  logLevel: "warning",
  loader: { ".css": "empty" },
});

const files = entryPoints.map((path) => join(outdir, relative(root, path)).replace(/\.ts$/, ".mjs"));
const child = spawn(process.execPath, ["--enable-source-maps", "--test", ...files], {
  cwd: root,
  stdio: "inherit",
  env: { ...process.env, ALLELECAST_STATIC: root },
});
child.on("exit", (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
