// A process that reads logs of Claude Code into the embedded store of a folder, as `runfold ingest`
// does. It is killed at the given moment, or reports what it has read.
import { waitUntilWorkedOff } from '#runfold/cli/actions/queue-progress.js';
import { logFormats } from '#runfold/ingest/formats/log-formats.js';
import { findLogs } from '#runfold/logs/files/find-logs.js';
import { ingestLogs } from '#runfold/logs/ingest-logs.js';
import { openCounts } from '#runfold/logs/log-summary.js';
import { openPriceBook } from '#runfold/pricing/price-book.js';
import { openJobQueues } from '#runfold/queue/job-queues.js';
import { openRunfold } from '#runfold/runfold.js';

const { dir, logs, moment } = JSON.parse(process.argv[2]);
const reach = (name) => {
  if (name === moment) process.kill(process.pid, 'SIGKILL');
};

const runfold = await openRunfold({ dir, on_batch: () => reach('within a batch') });
const { database, producer } = runfold;
const queue = await openJobQueues(runfold.tier.queue, { onError: () => undefined });
const { signal } = new AbortController();
const counts = openCounts();

async function countStored() {
  const [row] = await database.query(
    'select count(*)::integer as events from runfold_internal.event',
  );
  return row.events;
}

const before = await countStored();
/** At each checkpoint: the messages that were sent so far, and the stored ones. */
const checkpoints = [];
const watched = {
  ...database,
  async query(text, values) {
    if (!text.includes('insert into runfold_internal.log_file')) {
      return await database.query(text, values);
    }
    reach('between its events and its checkpoint');
    checkpoints.push({ sent: before + counts.messages, stored: await countStored() });
    const rows = await database.query(text, values);
    reach('after its checkpoint');
    return rows;
  },
};
const fault = (path, line, text) => {
  throw new Error(`${path}:${line}: ${text}`);
};
const format = logFormats.find(({ name }) => name === 'claude-code');
const found = await findLogs([{ path: logs, format }], (path, text) => fault(path, 0, text));
const folded = () => waitUntilWorkedOff(queue, signal);
const room = async () => undefined;
const store = {
  database: watched,
  producer,
  project: 1,
  book: openPriceBook(database),
  folded,
  room,
};
await ingestLogs(found, { store, signal, onFault: fault }, counts);
await folded();
await queue.close();
await runfold.close();
process.send({
  event: 'read',
  before,
  messages: counts.messages,
  corrections: counts.corrections,
  checkpoints,
});
process.disconnect();
