// Runs the tests that need the real frameworks: installs them in test/emitters if the lock file has
// changed, checks the types, and runs the tests. Arguments go to vitest.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'test/emitters');
const stamp = join(folder, 'node_modules/.installed');

function run(command: string, ...args: readonly string[]): void {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (error !== undefined) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

const hash = createHash('sha256')
  .update(readFileSync(join(folder, 'package-lock.json')))
  .digest('hex');
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== hash) {
  // The optional packages are programs for single platforms, which nothing here starts.
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  run('npm', 'ci', '--prefix', folder, '--ignore-scripts', '--omit=optional', ...quiet);
  writeFileSync(stamp, hash);
}

const modules = join(root, 'node_modules');
run('node', join(modules, 'typescript/bin/tsc'), '-p', folder);
const config = join(folder, 'vitest.config.ts');
run(
  'node',
  join(modules, 'vitest/vitest.mjs'),
  'run',
  '--config',
  config,
  ...process.argv.slice(2),
);
