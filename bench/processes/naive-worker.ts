/** A worker as one would write it by hand: one job is one event and one transaction. */
import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { readConfig } from '#runfold/environment/config.js';
import { openDatabase } from '#runfold/postgres/database.js';
import { naiveWriter } from '../references/naive-store.js';

const { database_url = '', redis_url = '', redis_prefix } = readConfig();
/** As many concurrent transactions as connections. More were not faster on two cores. */
const concurrency = 8;
const { pool } = openDatabase(database_url, { max: concurrency });
const write = naiveWriter(pool);
const connection = new Redis(redis_url, { maxRetriesPerRequest: null });
const worker = new Worker('naive', (job) => write(job.data), {
  connection,
  prefix: redis_prefix,
  concurrency,
});
await worker.waitUntilReady();
process.stdout.write('worker started\n');
