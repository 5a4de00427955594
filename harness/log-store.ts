import { afterAll, beforeAll } from 'vitest';
import { waitUntilWorkedOff } from '#runfold/cli/actions/queue-progress.js';
import { createProducer, type Producer } from '#runfold/ingest/producer.js';
import type { LogStore } from '#runfold/logs/log-batch.js';
import { openPriceBook, type PriceBook } from '#runfold/pricing/price-book.js';
import { type JobQueues, openJobQueues } from '#runfold/queue/job-queues.js';
import { migrateQueue } from '#runfold/queue/open-queue.js';
import { openRunfold, type Runfold } from '#runfold/runfold.js';
import { createTestDatabase, type TestDatabase } from './database.js';

/** A store with a worker, of which every test has projects of its own. */
export interface TestLogStore {
  readonly runfold: Runfold;
  /** A project that nobody used before. */
  openProject(): Promise<LogStore>;
}

/** Producers that are open at the same time. */
const mostProducers = 12;

/** Opens the store before the first test of a file, and closes it after the last. */
export function useLogStore(): TestLogStore {
  let home: TestDatabase;
  let runfold: Runfold;
  let queue: JobQueues;
  let book: PriceBook;
  const never = new AbortController().signal;
  let projects = 100;
  const producers: Producer[] = [];
  beforeAll(async () => {
    home = await createTestDatabase();
    await migrateQueue({ kind: 'postgres', connection: home.url });
    runfold = await openRunfold({ database_url: home.url, worker: true });
    queue = await openJobQueues(runfold.tier.queue, { onError: () => undefined });
    book = openPriceBook(runfold.database);
    await book.refresh();
  });
  afterAll(async () => {
    for (const producer of producers) await producer.close();
    await queue.close();
    await runfold.close();
    await home.drop();
  });
  return {
    get runfold() {
      return runfold;
    },
    async openProject() {
      // Taken before the first wait: another lane may open a project meanwhile.
      projects += 1;
      const project = projects;
      const producer = await createProducer({ queue: runfold.tier.queue, project });
      producers.push(producer);
      // Each holds connections, of which a server has a hundred. Tests use a few at a time.
      while (producers.length > mostProducers) await producers.shift()?.close();
      return {
        database: runfold.database,
        producer,
        project,
        book,
        folded: () => waitUntilWorkedOff(queue, never),
        room: async () => undefined,
      };
    },
  };
}
