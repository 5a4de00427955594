import { setTimeout as pause } from 'node:timers/promises';
import { type BudgetGate, createBudgetGate } from '#runfold/budgets/budget-gate.js';
import { createBudget } from '#runfold/budgets/budgets.js';
import { openDatabase } from '#runfold/postgres/database.js';
import { cpuOf } from '../../harness/measure.js';
import { startProgram } from '../../harness/programs.js';
import { type BenchServers, type BenchStore, withBenchStore } from '../bench-database.js';
import { withWorker } from '../running-worker.js';
import { type BudgetCost, groupCosts } from './budget-costs.js';

/** The times of one kind of check at a rate. */
export interface CheckTimes {
  readonly kind: string;
  readonly checks_per_second: number;
  /** From a check until its response, in milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Of Postgres's processes for these checks, in microseconds per check; NaN where they are not on this machine. */
  readonly postgres_us: number;
  /** Of the process that asks. */
  readonly node_us: number;
}

/** Checks per second. */
const rate = 1_000;
/** The first checks do not count, because connections, plans and code warm up. */
const warmUpShare = 0.2;
/**
 * The maximum number of concurrent checks. Above it the rate falls: a machine that is too slow
 * would only queue them.
 */
const mostOpen = 32;
/** Statements whose CPU is measured. With few events nobody wants it, so they are fewer. */
const statementsFor = (events: number) => Math.min(1_000, Math.ceil(events / 400));
/** Milliseconds after which a hold is released, as an event would do. */
const heldMs = 200;

/** How long checks take, with holds and without, while a worker folds events at a rate. */
export function budgetTimes(
  servers: BenchServers,
  events: number,
  seconds: number,
): Promise<{
  readonly events_per_second: number;
  readonly checks: readonly CheckTimes[];
  /** Per check, by the number of checks in a statement, while no events are folded. */
  readonly costs: readonly BudgetCost[];
}> {
  return withBenchStore(servers, (store) =>
    withWorker(store, async () => {
      const application_name = 'checks';
      const database = openDatabase(store.env.DATABASE_URL ?? '', { max: 8, application_name });
      try {
        // The events of the workload are in one month.
        const month = { window: 'total', from: '2026-01-01T00:00:00Z' } as const;
        const budget = { ...month, measure: 'cost', limit: 1_000_000 } as const;
        await createBudget(database, { ...budget, name: 'users', scope: 'user' });
        await createBudget(database, { ...budget, name: 'models', scope: 'model' });
        const gate = createBudgetGate(database);
        const backends = () =>
          database.query<{ pid: number }>(
            'select pid from pg_stat_activity where application_name = $1 and datname = current_database()',
            [application_name],
          );
        const checks: CheckTimes[] = [];
        let emitted = 0;
        let took = 0;
        for (const kind of ['looking', 'holding'] as const) {
          const emitting = emit(store, events / seconds, seconds);
          await emitting.started;
          const cpu = await cpuMeter(backends);
          const { count, ...times } = await checksAt(gate, kind, seconds);
          const { postgres, node } = await cpu.since();
          checks.push({
            kind,
            ...times,
            postgres_us: (postgres * 1e6) / count,
            node_us: (node * 1e6) / count,
          });
          const end = await emitting.done;
          emitted += end.emitted;
          took += end.seconds;
        }
        const costs = await groupCosts(store.env.DATABASE_URL ?? '', statementsFor(events));
        return { events_per_second: emitted / took, checks, costs };
      } finally {
        await database.close();
      }
    }),
  );
}

function emit(store: BenchStore, perSecond: number, seconds: number) {
  const args = [String(perSecond), String(seconds), '0'];
  const producer = startProgram('bench/processes/emit-at-rate', args, { env: store.env });
  const done = producer
    .waitForLine(/^done (\d+) \d+ ([\d.]+)/, (seconds + 120) * 1_000)
    .then(([, emitted, took]) => ({ emitted: Number(emitted), seconds: Number(took) }));
  return { started: producer.waitForLine(/^start/, 60_000), done };
}

/** Seconds of CPU of the processes that serve checks, and of this one, since a moment. */
async function cpuMeter(backends: () => Promise<readonly { readonly pid: number }[]>) {
  const of = async () => new Map((await backends()).map(({ pid }) => [pid, cpuOf(pid)]));
  const before = await of();
  const own = process.cpuUsage();
  return {
    async since() {
      const { user, system } = process.cpuUsage(own);
      const after = [...(await of())];
      const postgres = after.reduce((sum, [pid, cpu]) => sum + cpu - (before.get(pid) ?? 0), 0);
      return { postgres, node: (user + system) / 1e6 };
    },
  };
}

async function checksAt(gate: BudgetGate, kind: 'looking' | 'holding', seconds: number) {
  let under = 0;
  const times: number[] = [];
  const open = new Set<Promise<void>>();
  const started = performance.now();
  const end = started + seconds * 1_000;
  const check = async (number: number) => {
    const asked = performance.now();
    under += 1;
    const { hold_id } = await gate.check({
      user_id: `user-${number % 100}`,
      model: 'gpt-5-mini',
      estimate: { cost: 0.01 },
      ...(kind === 'holding' ? { hold_seconds: 60 } : {}),
    });
    under -= 1;
    times.push(performance.now() - asked);
    if (hold_id === null) return;
    await pause(heldMs);
    await gate.release({ hold_id });
  };
  for (let number = 0; ; number++) {
    const due = started + (number * 1_000) / rate;
    while (performance.now() < due || under >= mostOpen) await pause(1);
    if (due >= end || performance.now() >= end) break;
    const asked = check(number).finally(() => open.delete(asked));
    open.add(asked);
  }
  await Promise.all(open);
  const took = (performance.now() - started) / 1_000;
  const warm = times.slice(Math.floor(times.length * warmUpShare));
  const sorted = warm.sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN;
  return {
    count: times.length,
    checks_per_second: times.length / took,
    p50: at(0.5),
    p99: at(0.99),
  };
}
