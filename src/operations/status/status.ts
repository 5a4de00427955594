import { codeOf } from '../../environment/error-fields.js';
import type { Database } from '../../postgres/database.js';
import { findOutage } from '../../queue/open-queue.js';
import {
  type OneQueueReading,
  openQueueGauge,
  type QueueReading,
} from '../../queue/queue-gauge.js';
import type { QueueTarget } from '../../queue/queue-target.js';
import { checkMigrated } from '../../store/migrate.js';
import { explainDatabaseError } from '../../store/store-errors.js';
import type { TierName } from '../../tier.js';
import { readStoreStatus, type StoreStatus } from './store-status.js';

/** Something that prevents events from being folded, or totals from being correct. */
export interface StatusProblem {
  readonly code: string;
  /** What is wrong, and what to do. */
  readonly text: string;
}

/** The state of a queue. */
export interface OneQueueStatus {
  /** Jobs by state. A job has up to hundreds of events. */
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  readonly failed: number;
  /** How long the oldest unfinished job has waited: the lag of the totals. */
  readonly age_seconds: number;
}

/** The state of the queue. With several queues, the sums and the highest age. */
export interface QueueStatus extends OneQueueStatus {
  /** Each queue by its key prefix, if there are several. */
  readonly queues?: readonly (OneQueueStatus & { readonly name: string })[];
  /** Connected workers; null if unknown. */
  readonly workers: number | null;
}

/** The state of everything. A value that could not be read is null, and a problem says why. */
export interface Status {
  readonly tier: TierName;
  /** The place of the store, without a password. */
  readonly place: string;
  /** Whether there is no problem. Rejects and waiting spans are not problems. */
  readonly healthy: boolean;
  readonly problems: readonly StatusProblem[];
  /** The version of the Postgres. */
  readonly postgres_version: string | null;
  readonly store: StoreStatus | null;
  readonly queue: QueueStatus | null;
}

/** The sources of the status. */
export interface StatusSources {
  readonly tier: TierName;
  readonly place: string;
  readonly database: Database;
  readonly queue: QueueTarget;
  readonly project: number;
  /** Workers that are known from another source, if the queue does not know them. */
  readonly workers?: number | null | undefined;
}

/** Reads the state of everything; an unavailable server is a problem, not an error. */
export async function readStatus(sources: StatusSources): Promise<Status> {
  const problems: StatusProblem[] = [];
  const attempt = async <T>(work: () => Promise<T>): Promise<T | null> => {
    try {
      return await work();
    } catch (error) {
      problems.push(toProblem(error));
      return null;
    }
  };
  const { database, project, tier, place } = sources;
  const [found, redis] = await Promise.all([
    attempt(() => readPostgres(database, project)),
    sources.queue.kind === 'redis' ? attempt(() => readQueueStatus(sources)) : null,
  ]);
  if (found?.problem !== undefined) problems.push(found.problem);
  // A queue on the same Postgres is unavailable with it, and available once its tables exist.
  const isOnPostgres = sources.queue.kind === 'postgres';
  const queue =
    isOnPostgres && found?.store ? await attempt(() => readQueueStatus(sources)) : redis;
  problems.push(...findProblems(found?.store ?? null, queue));
  return {
    tier,
    place,
    healthy: problems.length === 0,
    problems,
    postgres_version: found?.version ?? null,
    store: found?.store ?? null,
    queue,
  };
}

async function readPostgres(database: Database, project: number) {
  const [row] = await database.query<{ version: string }>(
    `select split_part(current_setting('server_version'), ' ', 1) as version`,
  );
  const version = row?.version ?? null;
  try {
    await checkMigrated(database);
    return { version, store: await readStoreStatus(database, project) };
  } catch (error) {
    return { version, store: null, problem: toProblem(error) };
  }
}

/** Reads the state of the queue. @throws an error that explains why it does not respond */
export async function readQueueStatus({
  queue: target,
  workers,
}: Pick<StatusSources, 'queue' | 'workers'>): Promise<QueueStatus> {
  const outage = await findOutage(target);
  if (outage !== undefined) throw outage;
  const gauge = await openQueueGauge(target, () => undefined);
  try {
    const reading = await gauge.read();
    const connected = (await gauge.workers()) ?? workers ?? null;
    return { ...toQueueStatus(reading), workers: connected };
  } finally {
    await gauge.close();
  }
}

/** A reading for display, with `queues` only if there are several. */
export function toQueueStatus({ queues, ...all }: QueueReading): Omit<QueueStatus, 'workers'> {
  const one = ({ jobs, age_seconds }: OneQueueReading): OneQueueStatus => {
    const { waiting = 0, active = 0, delayed = 0, failed = 0 } = jobs;
    return { waiting, active, delayed, failed, age_seconds };
  };
  if (queues === undefined) return one(all);
  return { ...one(all), queues: [...queues].map(([name, each]) => ({ name, ...one(each) })) };
}

function toProblem(error: unknown): StatusProblem {
  const explained = explainDatabaseError(error);
  const text = explained instanceof Error ? explained.message : String(explained);
  return { code: codeOf(explained) ?? 'unreadable', text };
}

/** The problems if all servers respond. */
function findProblems(store: StoreStatus | null, queue: QueueStatus | null): StatusProblem[] {
  const found: StatusProblem[] = [];
  if (queue !== null && queue.waiting + queue.delayed > 0 && queue.workers === 0) {
    const jobs = queue.waiting + queue.delayed;
    found.push({
      code: 'no_worker',
      text: `${jobs} ${jobs === 1 ? 'job waits' : 'jobs wait'} on the queue and no worker is running. Start "runfold worker" or "runfold up".`,
    });
  }
  if (queue !== null && queue.failed > 0) {
    found.push({
      code: 'failed_jobs',
      text: `${queue.failed} ${queue.failed === 1 ? 'job has' : 'jobs have'} failed and will not be retried; their events are still on the queue. See the log of the workers.`,
    });
  }
  if (store !== null && store.stale_totals.length > 0) {
    found.push({
      code: 'stale_totals',
      text: `The definition of ${store.stale_totals.join(', ')} has changed since the totals were computed. Run "runfold migrate --rebuild".`,
    });
  }
  if (store?.last_audit?.state === 'different') {
    found.push({
      code: 'totals_differ',
      text: `The last audit, of ${store.last_audit.snapshot_at}, found totals that differ from the log. Run "runfold verify", and "runfold rebuild" to repair them.`,
    });
  }
  return found;
}
