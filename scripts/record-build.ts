// Writes the commit beside the program, to tell two builds apart. The build of a version's own tag
// has none, and neither has one outside a checkout, as in an image.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** The output of git; undefined without git or a checkout. */
function git(...args: string[]): string | undefined {
  const { status, stdout } = spawnSync('git', args, { cwd: root, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const commit = git('rev-parse', '--short=10', 'HEAD');
const isRelease = git('describe', '--exact-match', '--tags', 'HEAD') === `v${version}`;
const isChanged = git('status', '--porcelain', '--untracked-files=no') !== '';
if (commit !== undefined && (!isRelease || isChanged)) {
  writeFileSync(join(root, 'dist/build-id'), `${commit}${isChanged ? '.changed' : ''}\n`);
}
