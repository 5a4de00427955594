import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from '../../postgres/database.js';
import { readLastFolded } from '../../query/log/last-folded.js';
import type { QueueGauge } from '../../queue/queue-gauge.js';

/** How current an answer is. It was read before the answer, so the answer is no older. */
export interface Currency {
  /** When the project's last event was folded, RFC 3339 in UTC; null when none ever was. */
  readonly last_folded_at: string | null;
  /** Seconds that the oldest event on the queue has waited; null when the queue does not answer. */
  readonly lag_seconds: number | null;
}

/** Knows how current the totals are, and asks again after a few hundred milliseconds. */
export interface Freshness {
  read(project: number): Promise<Currency>;
  /** What is known now, without waiting; the next reading begins. */
  known(project: number): Currency | undefined;
  /** Has the next answer of a project look anew: something is known to have been folded. */
  renew(project: number): void;
}

/** A reading this old is used once more while the next is fetched. */
const freshMs = 250;
/** A reading older than this is waited for. */
const staleMs = 1_000;
const lagPatienceMs = 100;
const mostProjects = 10_000;

interface Entry {
  value?: { readonly currency: Currency; readonly at: number };
  reading?: Promise<Currency> | undefined;
}

/** Nobody waits long for the lag: a queue that is away has none that is known. */
async function lagOf(queue: QueueGauge): Promise<number | null> {
  const known = queue.read().then(
    ({ age_seconds }) => Math.round(age_seconds * 1000) / 1000,
    () => null,
  );
  return Promise.race([known, pause(lagPatienceMs, null, { ref: false })]);
}

export function createFreshness(database: Database, queue: QueueGauge): Freshness {
  const entries = new Map<number, Entry>();

  const refresh = async (project: number, entry: Entry): Promise<Currency> => {
    try {
      const at = performance.now();
      const [lag_seconds, last_folded_at] = await Promise.all([
        lagOf(queue),
        readLastFolded(database, project),
      ]);
      const currency = { last_folded_at, lag_seconds };
      entry.value = { currency, at };
      return currency;
    } finally {
      entry.reading = undefined;
    }
  };

  return {
    renew: (project) => void entries.delete(project),
    known(project) {
      const entry = entries.get(project) ?? {};
      entries.set(project, entry);
      const age = performance.now() - (entry.value?.at ?? Number.NEGATIVE_INFINITY);
      if (age > freshMs) {
        entry.reading ??= refresh(project, entry);
        // Whoever reads next gets the error; if nobody does, ignore it here.
        entry.reading.catch(() => undefined);
      }
      return age <= staleMs ? entry.value?.currency : undefined;
    },
    async read(project) {
      if (entries.size > mostProjects) entries.clear();
      const entry = entries.get(project) ?? {};
      entries.set(project, entry);
      const age = performance.now() - (entry.value?.at ?? Number.NEGATIVE_INFINITY);
      if (age > freshMs) entry.reading ??= refresh(project, entry);
      if (entry.value !== undefined && age <= staleMs) {
        // Whoever waits for the reading hears of its fault; nobody may be.
        entry.reading?.catch(() => undefined);
        return entry.value.currency;
      }
      return entry.reading ?? refresh(project, entry);
    },
  };
}
