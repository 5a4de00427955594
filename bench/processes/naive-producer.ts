/** `naive-producer EVENTS`: adds one job per event, some of them concurrently. */
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { readConfig } from '#runfold/environment/config.js';
import { agentEvents } from '../workload.js';

const { redis_url = '', redis_prefix } = readConfig();
const connection = new Redis(redis_url, { maxRetriesPerRequest: null });
const queue = new Queue('naive', { connection, prefix: redis_prefix });
await queue.waitUntilReady();
const events = [...agentEvents(Number(process.argv[2] ?? 1_000))];
/** The number of concurrent agents. Each waits until its job is accepted. */
const agents = 20;
process.stdout.write(`start ${Date.now()}\n`);
let next = 0;
await Promise.all(
  Array.from({ length: agents }, async () => {
    for (let event = events[next++]; event !== undefined; event = events[next++]) {
      await queue.add('event', event, { removeOnComplete: true });
    }
  }),
);
process.stdout.write('done\n');
await queue.close();
connection.disconnect();
