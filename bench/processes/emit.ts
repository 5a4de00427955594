/** A producer process: `emit EVENTS EVENTS_PER_JOB`. The environment names the servers. */
import { setImmediate as turn } from 'node:timers/promises';
import { readConfig } from '#runfold/environment/config.js';
import { createProducer } from '#runfold/ingest/producer.js';
import { collectGarbage } from '../../harness/measure.js';
import { agentEvents } from '../workload.js';

const [count = '1000', perJob = '500'] = process.argv.slice(2);
const config = readConfig();
const queue =
  config.redis_url === undefined
    ? ({ kind: 'postgres', connection: config.database_url ?? '' } as const)
    : ({ kind: 'redis', url: config.redis_url, prefix: config.redis_prefix } as const);
const limit = 20_000;
const producer = await createProducer({
  queue,
  events_per_job: Number(perJob),
  max_buffered_events: 2 * limit,
});
await producer.flush();
// Creating events is not part of the pipeline, so it is done, and its garbage collected, before the
// clock starts.
const events = [...agentEvents(Number(count))];
collectGarbage();
process.stdout.write(`start ${Date.now()}\n`);
const before = process.cpuUsage();
let emitted = 0;
for (const event of events) {
  producer.emit(event);
  emitted += 1;
  // Agents do other things between emits. Full jobs are sent during these pauses.
  if (emitted % 500 === 0) await turn();
  if (emitted % 100 === 0 && producer.stats().waiting_events >= limit) await producer.flush();
}
await producer.close();
const { user, system } = process.cpuUsage(before);
process.stdout.write(`done ${Date.now()} ${user + system}\n`);
