import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from '#runfold/store/database.js';
import { startNode } from '../test/support/processes.js';
import { checkRound, type Findings } from './check.js';
import { moveOn } from './move-on.js';
import type { RoundPlan, Scenario } from './plan.js';
import { createProducerSlot } from './producer-slot.js';
import { createRandom } from './random.js';
import { type Stack, withPath } from './stack.js';
import type { Stage } from './stage.js';
import { createWorkerSlot } from './worker-slot.js';
import { consignments } from './workload.js';

/** What a round came to. */
export interface RoundReport extends Findings {
  readonly scenario: string;
  readonly seed: number;
  readonly plan: RoundPlan;
  readonly seconds: number;
  /** From the end of the last fault to the next event in the log; undefined where none was due. */
  readonly first_progress_ms: number | undefined;
  /** From the end of the last fault, or of the producers where that is later, to an empty queue. */
  readonly recovery_ms: number;
  /** Writes that workers tried again. */
  readonly retries: number;
  /** Snapshots that the reader looked at. */
  readonly reads: number;
  /** The ends of the workers' logs, where something went against the promise. */
  readonly worker_logs: readonly string[];
}

const reader = new URL('./read-process.ts', import.meta.url).pathname;

/** Plays one round: all of it follows from the seed, except how the system schedules the processes. */
export async function playRound(
  stack: Stack,
  scenario: Scenario,
  seed: number,
): Promise<RoundReport> {
  const random = createRandom(seed);
  const plan = scenario.plan(random);
  const name = `round_${seed}_${scenario.name.replaceAll('-', '_')}`;
  const store = await stack.createStore(name, plan);
  const folder = join(stack.folder, name);
  mkdirSync(folder, { mode: 0o700 });
  const redis = { REDIS_URL: stack.redisProxy.url, RUNFOLD_REDIS_PREFIX: name };
  const env = {
    DATABASE_URL: withPath(stack.postgresProxy.url, name),
    ...(plan.queue === 'redis' ? redis : {}),
  };
  const violations: string[] = [];
  const sizes: { at: number; bytes: number }[] = [];
  const stage: Stage = {
    stack,
    plan,
    env,
    workers: Array.from({ length: plan.workers }, (_, at) => createWorkerSlot(`worker ${at}`, env)),
    producers: consignments(random, plan.workload).map((consignment, at) =>
      createProducerSlot({ name: `producer ${at}`, folder, consignment, env, resend: plan.resend }),
    ),
    appendOnlyBytesAgo: (ms) => sizes.findLast(({ at }) => at <= performance.now() - ms)?.bytes,
    violate: (text) => violations.push(text),
  };
  const { workers, producers } = stage;
  const readerEnv = { DATABASE_URL: store.url };
  const mode = plan.workload.corrections ? 'moving' : 'steady';
  const reading = startNode(['--import', 'tsx', reader, mode], { env: readerEnv });
  const database = openDatabase(store.url, { max: 2 });
  const started = performance.now();
  try {
    await reading.waitForLine(/^reading$/, 60_000);
    await Promise.all(workers.map((worker) => worker.start()));
    for (const producer of producers) producer.start();
    const recovery = await moveOn(stage, name, store.url, sizes);
    if (!recovery.isEmpty) violations.push(`stuck: ${recovery.what}`);
    await Promise.all(workers.map((worker) => worker.stop()));
    reading.kill('SIGTERM');
    const read = (await reading.exit).stdout;
    violations.push(...[...read.matchAll(/^violation (.*)$/gm)].slice(0, 5).map(([line]) => line));
    const findings = await checkRound(database, plan, producers, workers);
    const all = [
      ...violations,
      ...workers.flatMap((worker) => worker.violations()),
      ...producers.flatMap((producer) => producer.violations()),
      ...findings.violations,
    ];
    return {
      scenario: scenario.name,
      seed,
      plan,
      seconds: (performance.now() - started) / 1000,
      ...findings,
      violations: all,
      first_progress_ms: recovery.first_progress_ms,
      recovery_ms: recovery.recovery_ms,
      retries: workers.reduce((count, worker) => count + worker.retries(), 0),
      reads: Number(/^reads (\d+)/m.exec(read)?.[1] ?? 0),
      worker_logs: all.length > 0 ? workers.map((worker) => worker.log()) : [],
    };
  } finally {
    for (const worker of workers) await worker.kill();
    for (const producer of producers) await producer.kill();
    reading.kill('SIGKILL');
    await database.close();
    await store.drop();
    rmSync(folder, { recursive: true, force: true });
  }
}
