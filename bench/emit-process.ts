/** A producer process: `emit-process.ts EVENTS EVENTS_PER_JOB`, told where by the environment. */
import { readConfig } from '#runfold/config.js';
import { createProducer } from '#runfold/ingest/producer.js';
import { agentEvents } from './workload.js';

const [count = '1000', perJob = '500'] = process.argv.slice(2);
const config = readConfig();
const queue =
  config.redis_url === undefined
    ? ({ kind: 'postgres', connection: config.database_url ?? '' } as const)
    : ({ kind: 'redis', url: config.redis_url, prefix: config.redis_prefix } as const);
const limit = 20_000;
const producer = await createProducer({
  queue,
  batch_events: Number(perJob),
  buffer_events: 2 * limit,
});
await producer.flush();
process.stdout.write(`start ${Date.now()}\n`);
// Making up events is no work of the producer's: it is left out of its processor time.
let cpuMicros = 0;
const events = agentEvents(Number(count));
for (;;) {
  const chunk = [...take(events, limit)];
  if (chunk.length === 0) break;
  const before = process.cpuUsage();
  for (const event of chunk) producer.emit(event);
  await producer.flush();
  const { user, system } = process.cpuUsage(before);
  cpuMicros += user + system;
}
await producer.close();
process.stdout.write(`done ${Date.now()} ${cpuMicros}\n`);

function* take<T>(source: Iterator<T>, count: number): Generator<T> {
  for (let taken = 0; taken < count; taken++) {
    const next = source.next();
    if (next.done) return;
    yield next.value;
  }
}
