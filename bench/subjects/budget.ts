import { existsSync, writeFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { type BudgetGate, createBudgetGate } from '#runfold/budgets/budget-gate.js';
import { createBudget } from '#runfold/budgets/budgets.js';
import { type Database, openDatabase } from '#runfold/postgres/database.js';
import { cpuOf, idleOf } from '../../harness/measure.js';
import { startProgram } from '../../harness/programs.js';
import { type BenchServers, type BenchStore, withBenchStore } from '../bench-database.js';
import { withWorker } from '../running-worker.js';
import { type BudgetCost, groupCosts } from './budget-costs.js';

/**
 * What is sent: `select 1` for reference, whose times are the least that this load leaves to any statement; or checks
 * without and with holds.
 */
const kinds = ['select 1', 'looking', 'holding'] as const;
type Kind = (typeof kinds)[number];

/** The times of one kind of check at a rate. */
export interface CheckTimes {
  readonly kind: Kind;
  readonly checks_per_second: number;
  /** From a check until its response, in milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Of Postgres's processes for these checks, in microseconds per check; NaN where they are not on this machine. */
  readonly postgres_us: number;
  /** Of the process that asks. */
  readonly node_us: number;
  /** How late the timers of the process that asks are, in milliseconds: it waits for a processor itself. */
  readonly late_p99: number;
  /** The share of the machine's processors that was idle, from 0 to 1; NaN where the system does not report it. */
  readonly idle: number;
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
/** The worker, the producer and this process do not share their part of the processors. */
const asServices = { own_session: true } as const;
/**
 * Gives this process, which stands for another machine, a higher priority than the servers and the worker, so that its own wait
 * for a processor is not part of the times; or takes it back. Returns whether the system allowed it, which usually only root gets.
 */
function goFirst(goes: boolean): boolean {
  const { PRIORITY_HIGH, PRIORITY_NORMAL } = constants.priority;
  const priority = goes ? PRIORITY_HIGH : PRIORITY_NORMAL;
  // Linux shares processors between sessions first, and a priority counts only within its session.
  const ofSession = '/proc/self/autogroup';
  try {
    setPriority(priority);
    if (existsSync(ofSession)) writeFileSync(ofSession, String(priority));
    return goes;
  } catch {
    return false;
  }
}
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
  /** Whether the process that asks had a higher priority than the others. */
  readonly is_first: boolean;
  /** Per check, by the number of checks in a statement, while no events are folded. */
  readonly costs: readonly BudgetCost[];
}> {
  return withBenchStore(servers, (store) =>
    withWorker(
      store,
      async () => {
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
          let is_first = false;
          let emitted = 0;
          let took = 0;
          for (const kind of kinds) {
            const emitting = emit(store, events / seconds, seconds);
            await emitting.started;
            // After the start of the producer, which would inherit it.
            is_first = goFirst(true);
            const cpu = await cpuMeter(backends);
            const idle = idleMeter();
            const { count, ...times } = await checksAt(checkOf(kind, database, gate), seconds);
            const { postgres, node } = await cpu.since();
            goFirst(false);
            checks.push({
              kind,
              ...times,
              postgres_us: (postgres * 1e6) / count,
              node_us: (node * 1e6) / count,
              idle: idle(),
            });
            const end = await emitting.done;
            emitted += end.emitted;
            took += end.seconds;
          }
          const costs = await groupCosts(store.env.DATABASE_URL ?? '', statementsFor(events));
          return { events_per_second: emitted / took, checks, is_first, costs };
        } finally {
          await database.close();
        }
      },
      asServices,
    ),
  );
}

function emit(store: BenchStore, perSecond: number, seconds: number) {
  const args = [String(perSecond), String(seconds), '0'];
  const producer = startProgram('bench/processes/emit-at-rate', args, {
    ...asServices,
    env: store.env,
  });
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

/** The share of idle processors since a moment. */
function idleMeter(): () => number {
  const before = idleOf();
  return () => {
    const after = idleOf();
    return (after.idle - before.idle) / (after.all - before.all);
  };
}

/** Makes the check of a number. What it returns is done after a while, and its time does not count. */
function checkOf(kind: Kind, database: Database, gate: BudgetGate) {
  return async (number: number): Promise<(() => Promise<unknown>) | undefined> => {
    if (kind === 'select 1') {
      await database.query('select 1');
      return undefined;
    }
    const { hold_id } = await gate.check({
      user_id: `user-${number % 100}`,
      model: 'gpt-5-mini',
      estimate: { cost: 0.01 },
      ...(kind === 'holding' ? { hold_seconds: 60 } : {}),
    });
    return hold_id === null ? undefined : () => gate.release({ hold_id });
  };
}

async function checksAt(check: ReturnType<typeof checkOf>, seconds: number) {
  let under = 0;
  const times: number[] = [];
  const open = new Set<Promise<void>>();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const started = performance.now();
  const end = started + seconds * 1_000;
  const timed = async (number: number) => {
    const asked = performance.now();
    under += 1;
    const after = await check(number);
    under -= 1;
    times.push(performance.now() - asked);
    if (after === undefined) return;
    await pause(heldMs);
    await after();
  };
  for (let number = 0; ; number++) {
    const due = started + (number * 1_000) / rate;
    while (performance.now() < due || under >= mostOpen) await pause(1);
    if (due >= end || performance.now() >= end) break;
    const asked = timed(number).finally(() => open.delete(asked));
    open.add(asked);
  }
  await Promise.all(open);
  delay.disable();
  const took = (performance.now() - started) / 1_000;
  const warm = times.slice(Math.floor(times.length * warmUpShare));
  const sorted = warm.sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN;
  return {
    count: times.length,
    checks_per_second: times.length / took,
    p50: at(0.5),
    p99: at(0.99),
    late_p99: delay.percentile(99) / 1e6,
  };
}
