import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { createChannel } from '#runfold/alerts/channels.js';
import { listAlertHistory } from '#runfold/alerts/history.js';
import { createRule } from '#runfold/alerts/rules.js';
import { secretKeyOf } from '#runfold/alerts/send/secret-box.js';
import { createBudget } from '#runfold/budgets/budgets.js';
import type { Database } from '#runfold/postgres/database.js';
import { isLawful, lookAtBudget } from '../../harness/look-at-budget.js';
import { waitUntil } from '../../harness/wait-until.js';
import { openReceiver } from '../../harness/webhook-receiver.js';
import { createServiceSlot } from '../actors/service-slot.js';
import { createWorkerSlot } from '../actors/worker-slot.js';
import type { Findings } from './check.js';
import { checkLimits, crossingsOf, lawOf } from './check-limits.js';
import { callAll } from './limited-callers.js';
import type { LimitsShape } from './plan.js';
import type { Random } from './random.js';

/** What a round of limits needs. */
export interface LimitsStage {
  readonly workers: number;
  /** The environment with which processes of the round find the servers. */
  readonly env: Readonly<Record<string, string>>;
  readonly database: Database;
  readonly signal: AbortSignal;
}

const allowed_hosts = ['127.0.0.1'];
/** A dead worker keeps its evaluation and its deliveries for 30 seconds. */
const patienceMs = 180_000;

/**
 * Callers check budgets, hold, emit and release through two services, while workers fold, evaluate and deliver. Workers and
 * services are killed again and again.
 */
export async function playLimits(
  { workers: count, env: servers, database, signal }: LimitsStage,
  shape: LimitsShape,
  random: Random,
): Promise<Findings & { readonly reads: number; readonly worker_logs: readonly string[] }> {
  const receiver = await openReceiver();
  const secret_key = randomBytes(32).toString('hex');
  const env = {
    ...servers,
    RUNFOLD_SECRET_KEY: secret_key,
    RUNFOLD_WEBHOOK_HOSTS: allowed_hosts.join(','),
  };
  const workers = Array.from({ length: count }, (_, at) => createWorkerSlot(`worker ${at}`, env));
  const services = [createServiceSlot(env), createServiceSlot(env)];
  const violations: string[] = [];
  let reads = 0;
  let isOver = false;
  try {
    await createLimits(database, shape, secretKeyOf(secret_key), receiver.url);
    await Promise.all([...workers, ...services].map((one) => one.start()));
    const looking = watchLaw(
      database,
      () => isOver,
      (violation) => {
        reads += 1;
        if (violation !== undefined && violations.length < 5) violations.push(violation);
      },
    ).catch((error: unknown) => void violations.push(`the law could not be looked at: ${error}`));
    const urls = services.map((service) => service.url);
    const [calls] = await Promise.all([
      callAll(urls, shape, random, signal),
      killAgain([...workers, ...services], shape.kills, random, signal),
    ]);
    const missing = async () => {
      const rows = await database.query<{ id: string }>('select id from runfold.events');
      const logged = new Set(rows.map(({ id }) => id));
      return [...calls.sent].filter(([id, seen]) => seen && !logged.has(id)).length;
    };
    const patience = { timeoutMs: patienceMs, intervalMs: 250 };
    await waitUntil(missing, (events) => events === 0, {
      what: 'every acknowledged event in the log',
      ...patience,
    });
    const quiet = async () => {
      const [expected, { items }] = await Promise.all([
        crossingsOf(database),
        listAlertHistory(database, { limit: 1_000 }),
      ]);
      const open = items.flatMap(({ deliveries }) =>
        deliveries.filter(({ state }) => state !== 'delivered'),
      );
      return Math.max(0, expected.size - items.length) + open.length;
    };
    await waitUntil(quiet, (left) => left === 0, {
      what: 'every crossing to be delivered',
      ...patience,
    });
    // A second notification of a crossing would come with one of the next evaluations.
    await wait(7_000, undefined, { signal });
    isOver = true;
    await looking;
    await Promise.all(workers.map((worker) => worker.stop()));
    const ids = receiver.received.map(({ headers }) => String(headers['webhook-id']));
    const findings = await checkLimits(database, { ...calls, delivered: new Set(ids) });
    const found = [
      ...violations,
      ...workers.flatMap((worker) => worker.violations()),
      ...findings.violations,
    ];
    return {
      ...findings,
      violations: found,
      reads,
      worker_logs: found.length > 0 ? [...workers, ...services].map((one) => one.log()) : [],
    };
  } finally {
    isOver = true;
    await Promise.all([...workers, ...services].map((one) => one.kill()));
    await receiver.close();
  }
}

/**
 * One budget of all, whose law is checked, one for each customer, and a rule that reports both. Callers ask for several
 * times as much.
 */
async function createLimits(
  database: Database,
  { callers, checks }: LimitsShape,
  key: Buffer,
  url: string,
): Promise<void> {
  const limit = (callers * checks) / 100;
  const budget = { measure: 'cost', window: 'total', at: [25, 50, 80, 90] } as const;
  const at = [...budget.at];
  await createBudget(database, {
    ...budget,
    at,
    name: lawOf,
    scope: 'agent',
    value: 'writer',
    limit,
  });
  await createBudget(database, {
    ...budget,
    at,
    name: 'customers',
    scope: 'label',
    label: 'customer',
    limit: limit / 4,
  });
  await createChannel(database, key, { kind: 'webhook', name: 'hook', url, allowed_hosts });
  await createRule(database, { kind: 'budget', name: 'spend', channels: ['hook'] });
}

/** Looks at snapshots, one after the other, and reports each. */
async function watchLaw(
  database: Database,
  isOver: () => boolean,
  onLook: (violation: string | undefined) => void,
): Promise<void> {
  while (!isOver()) {
    const look = await lookAtBudget(database, lawOf);
    onLook(isLawful(look) ? undefined : `at a snapshot: ${JSON.stringify(look)}`);
    await wait(10);
  }
}

/** Kills one process after the other; each is down for a while. */
async function killAgain(
  processes: readonly { start(): Promise<void>; kill(): Promise<void> }[],
  kills: number,
  random: Random,
  signal: AbortSignal,
): Promise<void> {
  for (let kill = 0; kill < kills; kill++) {
    await wait(random.whole(100, 2_500), undefined, { signal });
    const victim = processes[random.whole(0, processes.length - 1)];
    await victim?.kill();
    await wait(random.whole(0, 1_500), undefined, { signal });
    await victim?.start();
  }
}
