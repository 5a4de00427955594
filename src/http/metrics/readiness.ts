import type { Logger } from 'pino';
import { type Database, limitWaits } from '../../postgres/database.js';
import { learnFrom } from '../../postgres/pooled-sessions.js';
import { readOnlyTransaction } from '../../postgres/sql-states.js';
import type { QueueGauge } from '../../queue/queue-gauge.js';
import { checkMigrated } from '../../store/migrate.js';

/** The result of a check of readiness. */
export type ReadyState = 'ok' | 'failing';

/** What readiness checks. */
export interface ReadinessSources {
  readonly database: Database;
  readonly queue: QueueGauge;
  readonly log: Logger;
}

const checks = {
  async database({ database }: ReadinessSources) {
    const [row] = await database.query<{ is_read_only: boolean }>(
      `select current_setting('transaction_read_only') = 'on' as is_read_only`,
    );
    if (row?.is_read_only === false) return;
    // The name may resolve to another server now.
    learnFrom({ code: readOnlyTransaction }, database.pool);
    throw new Error('the database is read-only, as a standby is');
  },
  migrations: ({ database }: ReadinessSources) => checkMigrated(database),
  queue: ({ queue }: ReadinessSources) => queue.tryWrite(),
} as const;

/** The results by the name of the check. */
export type Readiness = Readonly<Record<keyof typeof checks, ReadyState>>;

/** Milliseconds after which a database that has not responded fails its checks. */
const patienceMs = 5_000;

/** Checks the database, its migrations and the queue, for at most five seconds; failures are logged. */
export async function readReadiness(from: ReadinessSources): Promise<Readiness> {
  const sources = { ...from, database: limitWaits(from.database, patienceMs) };
  const found = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => {
      try {
        await check(sources);
        return [name, 'ok'] as const;
      } catch (error) {
        sources.log.warn({ err: error, check: name }, 'not ready');
        return [name, 'failing'] as const;
      }
    }),
  );
  return Object.fromEntries(found) as unknown as Readiness;
}

/** The names of the checks that fail. */
export const failingOf = (readiness: Readonly<Record<string, ReadyState>>) =>
  Object.keys(readiness).filter((name) => readiness[name] === 'failing');
