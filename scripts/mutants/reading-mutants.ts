import { breaks } from './mutant.js';

const killed = ['test/embedded/killed-logs.test.ts'];

const direct = ['test/embedded/direct-writes.test.ts'];

/** Reading logs of agents: the order of events and checkpoints, and where the events go. */
export const readingMutants = [
  ...breaks('src/logs/batches.ts', killed, [
    [
      'a checkpoint is saved before the events before it are sent',
      'await sendDrafts(store, format, sending, counts, sessions);',
      'setTimeout(() => void sendDrafts(store, format, sending, counts, sessions), 100);',
    ],
  ]),
  ...breaks('src/logs/log-batch.ts', killed, [
    [
      'a checkpoint does not wait for the commit of the events before it',
      'await producer.flush();\n  // Recorded',
      'void producer.flush();\n  // Recorded',
    ],
  ]),
  ...breaks('src/runfold.ts', direct, [
    [
      'an embedded store sends its own events through the queue',
      'isEmbedded && worker !== undefined ? writerOf(worker) : undefined,',
      'undefined,',
    ],
  ]),
  ...breaks('src/ingest/job-destination.ts', direct, [
    [
      'an event that is given to the worker counts as written at once',
      'await Promise.all(\n        batches.map',
      'void Promise.all(\n        batches.map',
    ],
  ]),
];
