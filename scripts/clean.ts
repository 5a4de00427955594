// Removes files in dist whose source no longer exists. The compiler writes only what changed, so
// its record of outputs is removed if an output is missing.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const record = join(root, 'node_modules/.cache/runfold/build.tsbuildinfo');

/** Files below a folder, as paths relative to it. */
function filesOf(folder: string): readonly string[] {
  const path = join(root, folder);
  return existsSync(path) ? readdirSync(path, { recursive: true, encoding: 'utf8' }) : [];
}

const compiled = /(\.d\.ts|\.js|\.js\.map)$/;
const sources = filesOf('src').filter((file) => file.endsWith('.ts'));
const expected = new Set(sources.map((file) => file.slice(0, -'.ts'.length)));
const written = filesOf('dist').filter((file) => compiled.test(file) && !/^web[/\\]/.test(file));

for (const file of written) {
  if (!expected.has(file.replace(compiled, ''))) rmSync(join(root, 'dist', file));
}
// The record knows contents, not times: it would also skip a source that a checkout has just
// written.
const outputs = new Set(written);
const isWhole = [...expected].every(
  (name) => outputs.has(`${name}.js`) && outputs.has(`${name}.d.ts`),
);
if (!isWhole) rmSync(record, { force: true });
