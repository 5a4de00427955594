import { within } from '../../environment/within.js';
import type { Database } from '../../postgres/database.js';
import { readLastFolded } from '../../query/log/last-folded.js';
import type { QueueGauge } from '../../queue/queue-gauge.js';

/** How current a response is. It is read before the data, so the data is not older. */
export interface Currency {
  /** When the project's last event was folded, RFC 3339 in UTC; null if there is none. */
  readonly last_folded_at: string | null;
  /** Seconds that the oldest event on the queue has waited; null if the queue does not respond. */
  readonly lag_seconds: number | null;
}

/** Knows how current the totals are, and reads it again after a few hundred milliseconds. */
export interface Freshness {
  read(project: number): Promise<Currency>;
  /** The cached reading, without waiting; starts the next reading. */
  known(project: number): Currency | undefined;
  /** Invalidates the cached reading of a project after new events were folded. */
  renew(project: number): void;
}

/** A reading up to this old is used while the next one is fetched. */
const freshMs = 250;
/** If the cached reading is older than this, wait for a new one. */
const staleMs = 1_000;
const lagPatienceMs = 100;
const mostProjects = 10_000;

interface Entry {
  value?: { readonly currency: Currency; readonly at: number };
  reading?: Promise<Currency> | undefined;
}

/** The lag; null if the queue does not respond in time. */
function readLag(queue: QueueGauge): Promise<number | null> {
  const late = () => new Error(`The queue did not respond within ${lagPatienceMs} ms.`);
  return within(lagPatienceMs, queue.read(), late).then(
    ({ age_seconds }) => Math.round(age_seconds * 1000) / 1000,
    () => null,
  );
}

export function createFreshness(database: Database, queue: QueueGauge): Freshness {
  const entries = new Map<number, Entry>();

  const refresh = async (project: number, entry: Entry): Promise<Currency> => {
    try {
      const at = performance.now();
      const [lag_seconds, last_folded_at] = await Promise.all([
        readLag(queue),
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
        // The next reader gets the error; if there is none, ignore it here.
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
        // Whoever awaits this reading gets the error; if nobody does, ignore it here.
        entry.reading?.catch(() => undefined);
        return entry.value.currency;
      }
      return entry.reading ?? refresh(project, entry);
    },
  };
}
