// Bundle each file of src/entries to dist/js/<name>.js. The same sources and the same
// lock file give the same bytes: no time, path or order of a folder goes in.
import { build } from "esbuild";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import path from "node:path";

const here = path.dirname(fileURLToPath(import.meta.url));
const entries = (await readdir(path.join(here, "src/entries")))
  .filter((name) => name.endsWith(".ts"))
  .sort()
  .map((name) => path.join("src/entries", name));

await rm(path.join(here, "dist"), { recursive: true, force: true });
const result = await build({
  absWorkingDir: here,
  entryPoints: entries,
  outdir: "dist/js",
  chunkNames: "chunks/[name]-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  minify: true,
  charset: "utf8",
  legalComments: "none",
  metafile: true,
  logLevel: "info",
});

// What we ship of others keeps its licence text beside it.
const packages = new Set();
for (const input of Object.keys(result.metafile.inputs)) {
  const match = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
  if (match) packages.add(match[1]);
}
const texts = [];
for (const name of [...packages].sort()) {
  const folder = path.join(here, "node_modules", name);
  const { version } = JSON.parse(await readFile(path.join(folder, "package.json"), "utf8"));
  const file = (await readdir(folder)).sort().find((item) => /^licen[cs]e/i.test(item));
  if (!file) throw new Error(`${name} carries no licence text`);
  texts.push(`${name} ${version}\n\n${(await readFile(path.join(folder, file), "utf8")).trim()}\n`);
}
await mkdir(path.join(here, "dist/js"), { recursive: true });
await writeFile(path.join(here, "dist/js/licences.txt"), texts.join(`\n${"-".repeat(72)}\n\n`));
