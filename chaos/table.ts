import Table from 'cli-table3';
import { spreadOf } from '../harness/measure.js';
import type { RoundReport } from './round/round.js';

/** One row per scenario. Times are those of the median and of the slowest round, in seconds. */
export function tableOf(rounds: readonly RoundReport[], skipped: ReadonlyMap<string, string>) {
  const table = new Table({
    head: [
      'scenario',
      'rounds',
      'acknowledged',
      'in the log',
      'lost',
      'first progress, s',
      'recovered, s',
      'retries',
      'reads',
      'violations',
    ],
    style: { head: [], border: [], compact: true },
  });
  const names = [...new Set(rounds.map(({ scenario }) => scenario))];
  for (const name of [...names, 'all']) {
    const some = name === 'all' ? rounds : rounds.filter(({ scenario }) => scenario === name);
    const sum = (of: (round: RoundReport) => number) =>
      some.reduce((total, round) => total + of(round), 0);
    table.push([
      name,
      some.length,
      sum((round) => round.acknowledged),
      sum((round) => round.logged),
      sum((round) => round.lost),
      times(some.flatMap((round) => round.first_progress_ms ?? [])),
      times(some.map((round) => round.recovery_ms)),
      sum((round) => round.retries),
      sum((round) => round.reads),
      sum((round) => round.violations.length),
    ]);
  }
  const left = [...skipped].map(([name, why]) => `skipped: ${name}: ${why}`);
  return [table.toString(), ...left].join('\n');
}

function times(ms: readonly number[]): string {
  if (ms.length === 0) return '–';
  const { median, max } = spreadOf(ms);
  return `${(median / 1000).toFixed(1)} / ${(max / 1000).toFixed(1)}`;
}
