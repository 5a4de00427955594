// A worker whose jobs are taken over soon after it is killed. On an embedded tier it serves the
// store.
import { pino } from 'pino';
import { readConfig } from '#runfold/environment/config.js';
import { openTier } from '#runfold/tier.js';
import { openWorker } from '#runfold/worker/open-worker.js';

const tier = await openTier(readConfig());
const worker = await openWorker({
  database: tier.database,
  queue: tier.queue,
  log: pino(),
  lock_ms: 2_000,
  stalled_interval_ms: 500,
});
process.once('SIGTERM', async () => {
  await worker.close();
  await tier.close();
});
