import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Reporter } from 'vitest/node';

const root = join(import.meta.dirname, '..');
const file = join(root, '.test-durations.json');

/** The slowest files in milliseconds, for a machine without a record of earlier runs. */
const usual: Readonly<Record<string, number>> = {
  'test/bench.test.ts': 60_000,
  'test/chaos.test.ts': 30_000,
  'test/docs.test.ts': 30_000,
  'test/worker/crash.test.ts': 25_000,
  'test/cli/up.test.ts': 25_000,
};

function readDurations(): Record<string, number> {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
}

/** How long a file of tests took when it last ran on this machine, in milliseconds. */
export function durationOf(): (moduleId: string) => number {
  const durations = { ...usual, ...readDurations() };
  return (moduleId) => durations[relative(root, moduleId)] ?? 0;
}

/** Records how long each file took, for the order of the next run. */
export function recordDurations(): Reporter {
  return {
    onTestRunEnd(modules) {
      const durations = readDurations();
      for (const module of modules) {
        const { duration, collectDuration } = module.diagnostic();
        durations[relative(root, module.moduleId)] = Math.round(duration + collectDuration);
      }
      writeFileSync(file, `${JSON.stringify(durations, null, 2)}\n`);
    },
  };
}
