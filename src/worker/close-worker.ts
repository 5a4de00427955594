import type { Logger } from 'pino';
import type { Alerts } from '../alerts/keep-alerts.js';
import { closeInTime, countdown } from '../environment/within.js';
import type { Database } from '../postgres/database.js';
import type { QueueConnection } from '../queue/connect-queue.js';
import { closeReaders } from './close-readers.js';
import type { GroupCommit } from './group-commit.js';
import type { QueueReaders } from './queue-readers.js';
import type { SpanPart } from './spans/open-spans.js';
import type { StatisticsKeeper } from './statistics-keeper.js';

/** Milliseconds for alerts and statistics, should the jobs in flight have taken all the time. */
const leastMs = 2_000;

/**
 * Closes the parts of a worker. What is not written within `timeout_ms` goes back to the queue: a frozen server neither
 * responds nor ends a connection, so its statements would never end.
 */
export async function closeWorker(
  parts: {
    readonly database: Database;
    readonly readers: QueueReaders;
    readonly connected: QueueConnection;
    readonly commit: GroupCommit;
    readonly spans: SpanPart;
    readonly alerts: Alerts;
    readonly statistics: StatisticsKeeper;
  },
  options: { readonly timeout_ms: number; readonly log: Logger },
): Promise<void> {
  const { database, readers, connected, commit, spans, alerts, statistics } = parts;
  const { timeout_ms, log } = options;
  const left = countdown(timeout_ms, leastMs);
  const giveUp = () => {
    log.warn({ timeout_ms }, 'closing without the work in flight, which takes too long');
    commit.abandon();
    spans.abandon();
    database.interrupt();
  };
  const patience = setTimeout(giveUp, timeout_ms);
  const alertsEnd = alerts.close();
  try {
    await closeReaders(readers, connected, options);
  } finally {
    clearTimeout(patience);
    // A close that does not wait for Redis leaves jobs in flight. The queue redelivers them.
    // Without this, their writes would retry forever after the store has closed.
    commit.abandon();
    const rest = Promise.all([spans.close(), alertsEnd]).then(() => statistics.close());
    await closeInTime(rest, left(), giveUp);
    await connected.close();
  }
}
