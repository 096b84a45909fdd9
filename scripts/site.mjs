// Puts target/site together: names by content, bundles, compresses, and swaps the finished folder in.
//
//   node scripts/site.mjs dev|release BOUND SITE
//
// BOUND is what wasm-bindgen wrote. Called by assets.sh, which compiles and decides whether anything changed.

import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const [mode, bound, site] = process.argv.slice(2);
const root = fileURLToPath(new URL('..', import.meta.url));
const tools = createRequire(join(root, '.tools/npm/package.json'));
const esbuild = tools('esbuild');
const lightningcss = tools('lightningcss');

const hash = (...parts) => {
  const sum = createHash('sha256');
  for (const part of parts) sum.update(part);
  return sum.digest('hex').slice(0, 16);
};

/** The JavaScript in one file: what wasm-bindgen puts into `snippets/` is imported from there, so bundling takes it in. */
function bundleScript() {
  const { outputFiles } = esbuild.buildSync({
    entryPoints: [join(bound, 'teal.js')],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: mode === 'release',
    legalComments: 'none',
    logLevel: 'warning',
    write: false,
  });
  return Buffer.from(outputFiles[0].contents);
}

/** No `targets`: they would turn light-dark() and nesting into what browsers needed years ago. */
function bundleStyle(entry) {
  const { code, warnings } = lightningcss.bundle({ filename: join(root, 'style', entry), minify: true });
  for (const warning of warnings) console.warn(`style: ${warning.message} (${warning.loc?.filename}:${warning.loc?.line})`);
  return Buffer.from(code);
}

const COMPRESSIBLE = new Set(['.js', '.mjs', '.wasm', '.css', '.svg', '.html', '.txt', '.json', '.xml', '.ico', '.webmanifest']);

async function compress(folder) {
  const brotli = promisify(brotliCompress);
  const zip = promisify(gzip);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && COMPRESSIBLE.has(extname(entry.name)) && entry.name !== 'assets.json')
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  await Promise.all(
    files.map(async (file) => {
      const content = readFileSync(file);
      const params = {
        [constants.BROTLI_PARAM_QUALITY]: 11,
        [constants.BROTLI_PARAM_LGWIN]: 24,
        [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
      };
      const [br, gz] = await Promise.all([brotli(content, { params }), zip(content, { level: 9 })]);
      // What does not get smaller is sent as it is.
      if (br.length < content.length) writeFileSync(`${file}.br`, br);
      if (gz.length < content.length) writeFileSync(`${file}.gz`, gz);
    }),
  );
}

/** Sizes as people download them, for whoever watches the first load. */
function report(folder, names) {
  const kb = (file) => (existsSync(file) ? `${(readFileSync(file).length / 1000).toFixed(1)} KB` : '-');
  for (const name of names) {
    const file = join(folder, name);
    console.log(`assets: ${name.padEnd(36)} ${kb(file).padStart(10)}   br ${kb(`${file}.br`).padStart(9)}   gz ${kb(`${file}.gz`).padStart(9)}`);
  }
}

const made = `${site}.new`;
const old = `${site}.old`;
rmSync(made, { recursive: true, force: true });
mkdirSync(join(made, 'pkg'), { recursive: true });
if (existsSync(join(root, 'public'))) {
  cpSync(join(root, 'public'), made, { recursive: true, filter: (path) => !path.endsWith('.gitkeep') });
}

const script = bundleScript();
const wasm = readFileSync(join(bound, 'teal_bg.wasm'));
const style = bundleStyle('main.css');
const reports = bundleStyle('reports.css');

// The two belong together, so they share a name: a page can never pair one build's script with another's module.
// `_bg` is wasm-bindgen's own ending, which pages and tools expect.
const code = hash(script, wasm);
const names = { js: `pkg/teal-${code}.js`, wasm: `pkg/teal-${code}_bg.wasm`, css: `pkg/teal-${hash(style)}.css`, reports: `pkg/reports-${hash(reports)}.css` };
// Where a page starts the script without naming the module, the script looks for it beside itself.
const linked = script.toString('utf8').replaceAll('teal_bg.wasm', `teal-${code}_bg.wasm`);
writeFileSync(join(made, names.js), linked);
writeFileSync(join(made, names.wasm), wasm);
writeFileSync(join(made, names.css), style);
writeFileSync(join(made, names.reports), reports);
writeFileSync(
  join(made, 'assets.json'),
  `${JSON.stringify(Object.fromEntries(Object.entries(names).map(([kind, name]) => [kind, `/${name}`])))}\n`,
);
if (mode === 'release') {
  await compress(made);
  report(made, Object.values(names));
}

// Two renames and nothing in between: a running server sees the old folder or the new one.
rmSync(old, { recursive: true, force: true });
if (existsSync(site)) renameSync(site, old);
renameSync(made, site);
rmSync(old, { recursive: true, force: true });
