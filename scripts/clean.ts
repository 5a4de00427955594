// Removes what earlier builds left in dist: files whose source is gone. The compiler writes only what
// changed, so where an output is missing its record of what it wrote is removed, too.
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
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
// A source that is newer than the record is compiled anyway; an older one must have its output.
const outputs = new Set(written);
const recordedAt = existsSync(record) ? statSync(record).mtimeMs : 0;
const isWhole = [...expected].every(
  (name) =>
    (outputs.has(`${name}.js`) && outputs.has(`${name}.d.ts`)) ||
    statSync(join(root, 'src', `${name}.ts`)).mtimeMs > recordedAt,
);
if (!isWhole) rmSync(record, { force: true });
