import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { openDatabase } from '#runfold/postgres/database.js';
import type { QueueTarget } from '#runfold/queue/queue-target.js';
import type { ProcessExit } from '../../harness/processes.js';
import { startProgram } from '../../harness/programs.js';
import { openCluster, openSentinels, type RedisGroup } from '../../harness/redis-group.js';
import { createProducerSlot } from '../actors/producer-slot.js';
import { createWorkerSlot } from '../actors/worker-slot.js';
import { type Stack, withPath } from '../servers/stack.js';
import { checkRound, type Findings } from './check.js';
import { checkSpans } from './check-spans.js';
import { playLimits } from './limits-round.js';
import { moveOn, type Recovery } from './move-on.js';
import type { LimitsShape, RoundPlan, Scenario } from './plan.js';
import { createRandom, type Random } from './random.js';
import { spanConsignments } from './span-workload.js';
import type { Stage } from './stage.js';
import { playWatch } from './watch-round.js';
import { consignments } from './workload.js';

/** The result of a round. */
export interface RoundReport extends Outcome {
  readonly scenario: string;
  readonly seed: number;
  /** The command that runs the same plan again. */
  readonly again: string;
  readonly plan: RoundPlan;
  readonly seconds: number;
}

interface Outcome extends Findings, Omit<Recovery, 'stuck'> {
  /** Writes that workers retried. */
  readonly retries: number;
  /** Snapshots that the reader checked. */
  readonly reads: number;
  /** The end of the workers' logs, if there was a violation. */
  readonly worker_logs: readonly string[];
}

/**
 * Runs one round. The seed determines all of it, except how the system schedules the processes. A
 * round that cannot be completed is reported as a violation.
 * @throws when the harness is told to end
 */
export async function playRound(
  stack: Stack,
  scenario: Scenario,
  seed: number,
  signal: AbortSignal,
): Promise<RoundReport> {
  const random = createRandom(seed);
  const plan = scenario.plan(random);
  const name = `round_${seed}_${scenario.name.replaceAll('-', '_')}`;
  const started = performance.now();
  const outcome = await play(stack, plan, random, name, signal).catch((error): Outcome => {
    if (signal.aborted) throw error;
    const text = error instanceof Error ? error.stack : String(error);
    return { ...nothing, violations: [`the round broke off: ${text}`] };
  });
  return {
    scenario: scenario.name,
    seed,
    again: `npm run chaos -- --rounds 1 --seed ${seed} --scenario ${scenario.name}`,
    plan,
    seconds: (performance.now() - started) / 1000,
    ...outcome,
  };
}

const nothing: Omit<Outcome, 'violations'> = {
  acknowledged: 0,
  logged: 0,
  lost: 0,
  unsaid: 0,
  first_progress_ms: undefined,
  recovery_ms: 0,
  retries: 0,
  reads: 0,
  worker_logs: [],
};

async function play(
  stack: Stack,
  plan: RoundPlan,
  random: Random,
  name: string,
  signal: AbortSignal,
): Promise<Outcome> {
  const store = await stack.createStore(name, plan);
  const folder = join(stack.folder, name);
  mkdirSync(folder, { mode: 0o700 });
  const group = await openGroupOf(plan);
  const queue: QueueTarget =
    plan.queue === 'redis'
      ? { kind: 'redis', url: group?.url ?? stack.redis.url, prefix: name, queues: plan.queues }
      : { kind: 'postgres', connection: store.url };
  const redis = {
    REDIS_URL: group?.url ?? stack.redisProxy.url,
    RUNFOLD_REDIS_PREFIX: name,
    ...(plan.queues === undefined ? {} : { RUNFOLD_QUEUES: String(plan.queues) }),
  };
  const env = {
    DATABASE_URL: withPath(stack.postgresProxy.url, name),
    ...(plan.queue === 'redis' ? redis : {}),
    ...(plan.spans === undefined
      ? {}
      : { RUNFOLD_OTLP_WAIT_SECONDS: String(plan.spans.wait_seconds) }),
  };
  const sent =
    plan.spans === undefined
      ? consignments(random, plan.workload)
      : spanConsignments(random, plan.spans);
  if (plan.watch !== undefined)
    return playLogs(stack, plan, random, { name, folder, env, store, signal });
  if (plan.limits !== undefined)
    return playCalls(plan, plan.limits, random, { folder, env, store, signal });
  const violations: string[] = [];
  const sizes: { at: number; bytes: number }[] = [];
  const stage: Stage = {
    stack,
    group,
    queue,
    plan,
    env,
    workers: Array.from({ length: plan.workers }, (_, at) => createWorkerSlot(`worker ${at}`, env)),
    producers: sent.map((consignment, at) =>
      createProducerSlot({
        name: `producer ${at}`,
        folder,
        consignment,
        env,
        resend: plan.resend,
        // A producer that ends before a failover cannot send again what that loses, which is not a
        // fault of this round.
        stays: group !== undefined,
      }),
    ),
    signal,
    pause: (ms) => wait(ms, undefined, { signal }),
    appendOnlyBytesAgo: (ms) => sizes.findLast(({ at }) => at <= performance.now() - ms)?.bytes,
    violate: (text) => violations.push(text),
  };
  const { workers, producers } = stage;
  const mode = plan.workload.corrections ? 'moving' : 'steady';
  const readerEnv = { DATABASE_URL: store.url };
  const reading = startProgram('chaos/actors/read-process', [mode], { env: readerEnv });
  const database = openDatabase(store.url, { max: 2 });
  try {
    await reading.waitForLine(/^reading$/);
    await Promise.all(workers.map((worker) => worker.start()));
    for (const producer of producers) producer.start();
    const { stuck, ...recovery } = await moveOn(stage, store.url, sizes);
    if (stuck !== undefined) violations.push(`stuck: ${stuck}`);
    await Promise.all(workers.map((worker) => worker.stop()));
    reading.kill('SIGTERM');
    const read = judgeReader(await reading.exit, plan);
    const findings =
      plan.spans === undefined
        ? await checkRound(database, plan, producers, workers)
        : await checkSpans(database, producers, workers, plan.spans);
    const all = [
      ...violations,
      ...read.violations,
      ...workers.flatMap((worker) => worker.violations()),
      ...producers.flatMap((producer) => producer.violations()),
      ...findings.violations,
    ];
    return {
      ...findings,
      ...recovery,
      violations: all,
      retries: workers.reduce((count, worker) => count + worker.retries(), 0),
      reads: read.reads,
      worker_logs: all.length > 0 ? workers.map((worker) => worker.log()) : [],
    };
  } finally {
    for (const worker of workers) await worker.kill();
    for (const producer of producers) await producer.kill();
    reading.kill('SIGKILL');
    await database.close();
    await store.drop();
    await group?.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The separate Redis processes of a round, if it has any. */
async function openGroupOf({ redis_group }: RoundPlan): Promise<RedisGroup | undefined> {
  if (redis_group === undefined) return undefined;
  return redis_group === 'cluster' ? openCluster() : openSentinels();
}

/** Runs a round of log files, and compares with a store that reads them once. */
async function playLogs(
  stack: Stack,
  plan: RoundPlan,
  random: Random,
  {
    name,
    folder,
    env,
    store,
    signal,
  }: {
    readonly name: string;
    readonly folder: string;
    readonly env: Readonly<Record<string, string>>;
    readonly store: { readonly url: string; drop(): Promise<void> };
    readonly signal: AbortSignal;
  },
): Promise<Outcome> {
  const quiet = await stack.createStore(`${name}_quiet`, plan);
  const database = openDatabase(store.url, { max: 2 });
  const started = performance.now();
  try {
    const findings = await playWatch(
      {
        folder,
        env,
        quiet: { url: quiet.url, env: { DATABASE_URL: quiet.url } },
        database,
        signal,
      },
      plan.watch ?? { kills: 0, pause_ms: 0 },
      random,
    );
    return { ...nothing, ...findings, recovery_ms: performance.now() - started };
  } finally {
    await database.close();
    await store.drop();
    await quiet.drop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs a round of limits. */
async function playCalls(
  { workers }: RoundPlan,
  limits: LimitsShape,
  random: Random,
  {
    folder,
    env,
    store,
    signal,
  }: {
    readonly folder: string;
    readonly env: Readonly<Record<string, string>>;
    readonly store: { readonly url: string; drop(): Promise<void> };
    readonly signal: AbortSignal;
  },
): Promise<Outcome> {
  const database = openDatabase(store.url, { max: 4 });
  const started = performance.now();
  try {
    const findings = await playLimits({ workers, env, database, signal }, limits, random);
    return { ...nothing, ...findings, recovery_ms: performance.now() - started };
  } finally {
    await database.close();
    await store.drop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Checks what the reader saw. It connects to Postgres directly, which is available unless the round
 * stops it.
 */
function judgeReader({ code, signal, stdout, stderr }: ProcessExit, { faults }: RoundPlan) {
  const violations = [...stdout.matchAll(/^violation (.*)$/gm)].slice(0, 5).map(([line]) => line);
  const [, reads = 0, failed = 0, why = ''] = /^reads (\d+) (\d+) ?(.*)$/m.exec(stdout) ?? [];
  if (code !== 0) violations.push(`the reader ended with ${code ?? signal}: ${stderr.slice(-600)}`);
  else if (Number(reads) === 0) violations.push(`the reader read nothing: ${why}`);
  const mayFail = faults.some(({ kind }) => /^(kill|restart)_postgres$|fill_disk/.test(kind));
  if (Number(failed) > 0 && !mayFail) violations.push(`${failed} reads failed: ${why}`);
  return { reads: Number(reads), violations };
}
