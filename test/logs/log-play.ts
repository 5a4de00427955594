import type { LogStore } from '#runfold/logs/log-batch.js';
import { randomNumbers } from '../../harness/random-numbers.js';

/** Integers that depend only on a seed. */
export function randomCounts(seed: number) {
  const next = randomNumbers(seed);
  return { below: (end: number) => Math.floor(next() * end) };
}

/** The process has died. */
class KilledError extends Error {}

/**
 * A store whose process dies at its n-th step: a query, an event for the producer, or a wait. Jobs
 * that are on the queue by then stay.
 */
export function killable(store: LogStore, steps: number) {
  let left = steps;
  const step = () => {
    left -= 1;
    if (left < 0) throw new KilledError('killed');
  };
  const fragile: LogStore = {
    ...store,
    database: {
      ...store.database,
      query: async (text, values) => {
        step();
        return store.database.query(text, values);
      },
    },
    producer: {
      ...store.producer,
      emit(event) {
        step();
        return store.producer.emit(event);
      },
    },
    async folded() {
      step();
      await store.folded();
    },
  };
  return { fragile, hasDied: () => left < 0 };
}

/**
 * The beginning of a session file as another session has it, as forks, resumes and side questions
 * copy it.
 */
export function copyOf(
  { bytes }: { readonly bytes: Buffer },
  number: number,
  random: ReturnType<typeof randomCounts>,
  { whole = false } = {},
): { readonly name: string; readonly text: string } {
  const session = `c9${String(number).padStart(6, '0')}-0000-4000-8000-000000000009`;
  const lines = bytes.toString().split('\n').slice(0, -1);
  const length = whole ? lines.length : 1 + random.below(lines.length);
  const hasNewIds = random.below(2) === 0;
  const hasNewTimes = random.below(2) === 0;
  const hasRequests = random.below(2) === 0;
  const copied = lines.slice(0, length).map((line, at) => {
    const record = JSON.parse(line) as Record<string, unknown>;
    record.sessionId = session;
    if (hasNewIds && typeof record.uuid === 'string') record.uuid = `copy-${number}-${at}`;
    if (hasNewTimes && record.timestamp !== undefined)
      record.timestamp = '2026-11-25T10:00:00.000Z';
    if (!hasRequests) delete record.requestId;
    return JSON.stringify(record);
  });
  return { name: `${session}.jsonl`, text: `${copied.join('\n')}\n` };
}
