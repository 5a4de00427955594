import { afterAll, beforeAll } from 'vitest';
import { waitUntilWorkedOff } from '#runfold/cli/actions/queue-progress.js';
import { createProducer, type Producer } from '#runfold/ingest/producer.js';
import type { LogStore } from '#runfold/logs/log-batch.js';
import { openPriceBook, type PriceBook } from '#runfold/pricing/price-book.js';
import { type JobQueues, openJobQueues } from '#runfold/queue/job-queues.js';
import { migrateQueue } from '#runfold/queue/open-queue.js';
import { openRunfold, type Runfold } from '#runfold/runfold.js';
import { createTestDatabase, type TestDatabase } from './database.js';

/** A store with a worker. Every test uses separate projects in it. */
export interface TestLogStore {
  readonly runfold: Runfold;
  /** A new project. */
  openProject(): Promise<LogStore>;
}

/** The maximum number of open producers. */
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
      // Assigned before the first await, because another lane may open a project in the meantime.
      projects += 1;
      const project = projects;
      const producer = await createProducer({ queue: runfold.tier.queue, project });
      producers.push(producer);
      // Each producer has connections, and a server allows a hundred. Tests use a few at a time.
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
