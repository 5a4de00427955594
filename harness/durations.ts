import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Reporter } from 'vitest/node';

const root = join(import.meta.dirname, '..');
const file = join(root, '.test-durations.json');

/** What a file of tests took when it last ran on this machine, in milliseconds. */
interface Cost {
  readonly wall_ms: number;
  /** CPU, with that of the processes it started; servers that were there before not included. */
  readonly cpu_ms: number;
}

/** What takes longest, for a machine that has no record of earlier runs. */
const usual: Readonly<Record<string, number>> = {
  'test/bench.test.ts': 60_000,
  'test/chaos.test.ts': 30_000,
  'test/docs.test.ts': 30_000,
  'test/worker/crash.test.ts': 25_000,
  'test/cli/up.test.ts': 25_000,
  'test/projections/rebuild/rebuild.test.ts': 25_000,
  'test/store/shards/divided-law.test.ts': 20_000,
  'test/projections/fold/fold-law.test.ts': 20_000,
  'test/projections/rebuild/rebuild-crash.test.ts': 20_000,
  'test/store/migrate.test.ts': 15_000,
  'test/query/tail/tail.test.ts': 12_000,
  'test/query/usage/get-usage.test.ts': 10_000,
  'test/projections/audit/tamper.test.ts': 10_000,
  'test/query/log/session-windows.test.ts': 8_000,
  'test/store/shards/divided-store.test.ts': 8_000,
  'test/query/totals/runs.test.ts': 7_000,
  'test/budgets/used.test.ts': 7_000,
};

/** With this many files a run is a whole one, and says what took most CPU. */
const wholeRun = 20;

function readCosts(): Record<string, Cost> {
  if (!existsSync(file)) return {};
  const kept: Record<string, Cost | number> = JSON.parse(readFileSync(file, 'utf8'));
  // A number is what earlier versions of this file kept.
  const costs = Object.entries(kept).filter(([, cost]) => typeof cost !== 'number');
  return Object.fromEntries(costs) as Record<string, Cost>;
}

/** How long a file of tests took when it last ran on this machine, in milliseconds. */
export function durationOf(): (moduleId: string) => number {
  const costs = readCosts();
  return (moduleId) => {
    const name = relative(root, moduleId);
    return costs[name]?.wall_ms ?? usual[name] ?? 0;
  };
}

/** Keeps what each file took, for the order of the next run. */
export function recordDurations(): Reporter {
  return {
    onTestRunEnd(modules) {
      const costs = readCosts();
      const names = modules.map((module) => {
        const { duration, collectDuration } = module.diagnostic();
        const name = relative(root, module.moduleId);
        const cpu_ms = module.meta().cpu_ms ?? 0;
        costs[name] = { wall_ms: Math.round(duration + collectDuration), cpu_ms };
        return name;
      });
      // Another run may read it at the same time.
      writeFileSync(`${file}.${process.pid}`, `${JSON.stringify(costs, null, 2)}\n`);
      renameSync(`${file}.${process.pid}`, file);
      if (names.length < wholeRun) return;
      const seconds = (ms: number) => `${Math.round(ms / 1_000)} s`;
      const cpu = (name: string) => costs[name]?.cpu_ms ?? 0;
      const most = [...names].sort((a, b) => cpu(b) - cpu(a)).slice(0, 10);
      const total = names.reduce((sum, name) => sum + cpu(name), 0);
      console.log(
        `\nCPU: ${seconds(total)}, most of it in\n${most.map((name) => `  ${seconds(cpu(name))} ${name}`).join('\n')}`,
      );
    },
  };
}
