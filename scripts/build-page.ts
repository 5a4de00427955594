// Builds the web page into dist/web, with compressed copies of its files, unless it was already
// built from the same sources.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'vite';

const root = join(import.meta.dirname, '..');
const target = join(root, 'dist', 'web');

function sourcesHash(): string {
  const hash = createHash('sha256').update(process.version);
  const files = ['web', 'src/client', 'src/environment']
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name)),
    )
    .concat(
      ['src/client.ts', 'package.json', 'package-lock.json', 'scripts/build-page.ts'].map((file) =>
        join(root, file),
      ),
    )
    .sort();
  for (const file of files)
    hash.update(relative(root, file)).update('\0').update(readFileSync(file));
  return hash.digest('hex').slice(0, 24);
}

/** Larger text files are compressed once at the highest level, so that no request pays for it. */
function packFiles(folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.(js|css|svg|txt)$/.test(entry.name)) continue;
    const file = join(entry.parentPath, entry.name);
    const bytes = readFileSync(file);
    if (bytes.length < 1024) continue;
    const params = {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    };
    writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params }));
    writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
  }
}

/** The licences of the bundled packages require that their text is shipped with the copies. */
function writeLicences(folder: string): void {
  const names = ['preact', '@preact/signals', '@preact/signals-core', 'd3-array', 'd3-shape'];
  const inner = ['d3-path', 'internmap'];
  const texts = [...names, ...inner].flatMap((name) => {
    const place = join(root, 'node_modules', name);
    const file = existsSync(place)
      ? readdirSync(place).find((one) => /^licen[cs]e/i.test(one))
      : undefined;
    return file === undefined
      ? []
      : [`${name}\n\n${readFileSync(join(place, file), 'utf8').trim()}\n`];
  });
  writeFileSync(join(folder, 'licences.txt'), texts.join('\n----\n\n'));
}

const cache = join(root, 'node_modules', '.cache', 'runfold-page');
const hash = sourcesHash();
const record = join(cache, 'built');
const isBuilt = existsSync(record) && readFileSync(record, 'utf8') === hash;
if (!isBuilt || !existsSync(join(target, 'index.html'))) {
  const outDir = { outDir: target, emptyOutDir: true };
  await build({ root: join(root, 'web'), logLevel: 'warn', build: outDir });
  writeLicences(target);
  packFiles(target);
  mkdirSync(cache, { recursive: true });
  // node_modules may share its files by hard links with another copy, whose record must not change.
  rmSync(record, { force: true });
  writeFileSync(record, hash);
}
