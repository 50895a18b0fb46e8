// Bundles the pages into dist/ under names that carry a hash of their content, and writes dist/manifest.json,
// in which the server looks up what a page needs: {"explore.js": {"file": "explore-AB12.js", "preload": [...]}}.
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = join(root, "dist");
await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });

const pages = (await readdir(join(root, "src/pages"))).filter((name) => name.endsWith(".ts") && !name.includes(".test."));
const common = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  sourcemap: "linked",
  target: ["es2022"],
  outdir: "dist",
  entryNames: "[name]-[hash]",
  chunkNames: "chunk-[hash]",
  assetNames: "[name]-[hash]",
  metafile: true,
  logLevel: "warning",
};

const results = await Promise.all([
  build({ ...common, entryPoints: pages.map((name) => `src/pages/${name}`), format: "esm", splitting: true }),
  // Runs before the first paint, so it is a classic script of its own.
  build({ ...common, entryPoints: ["src/theme.ts"], format: "iife" }),
  build({ ...common, entryPoints: ["src/styles/app.css"], loader: { ".svg": "file" } }),
]);

const manifest = {};
for (const { metafile } of results) {
  for (const [path, output] of Object.entries(metafile.outputs)) {
    // A module that is loaded on demand is an entry to esbuild too, but no page starts with it.
    if (!output.entryPoint || !/^src\/(pages\/|styles\/|theme)/.test(output.entryPoint)) continue;
    const name = basename(output.entryPoint).replace(/\.ts$/, ".js");
    manifest[name] = { file: basename(path), preload: [...statically(metafile.outputs, path)].map((p) => basename(p)) };
  }
}

for (const name of await readdir(join(root, "public"))) {
  const bytes = await readFile(join(root, "public", name));
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 8);
  const file = `${basename(name, extname(name))}-${hash}${extname(name)}`;
  await writeFile(join(dist, file), bytes);
  manifest[name] = { file, preload: [] };
}

await writeFile(join(dist, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);

/** The chunks that a module needs before it can run, not those it may ask for later. */
function statically(outputs, path, seen = new Set()) {
  for (const { path: next, kind } of outputs[path]?.imports ?? []) {
    if (kind === "import-statement" && !seen.has(next)) {
      seen.add(next);
      statically(outputs, next, seen);
    }
  }
  return seen;
}
