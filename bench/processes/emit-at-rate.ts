/**
 * A producer process that keeps a rate: `emit-at-rate EVENTS_PER_SECOND SECONDS PROBES_PER_SECOND`.
 * A probe is an event of a separate run, `probe-N` in the session `probes`, with the time of its
 * `emit`.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { readConfig } from '#runfold/environment/config.js';
import { createProducer } from '#runfold/ingest/producer.js';
import { agentEvents } from '../workload.js';

const [rate = 1_000, seconds = 1, probes = 0] = process.argv.slice(2).map(Number);
const { redis_url = '', redis_prefix } = readConfig();
const producer = await createProducer({
  queue: { kind: 'redis', url: redis_url, prefix: redis_prefix },
});
await producer.flush();
const events = agentEvents(Number.POSITIVE_INFINITY);
/** The maximum number of events that wait for the queue. The producer's buffer holds more. */
const limit = 50_000;
/** Milliseconds between two groups of emits, because agents emit now and then. */
const tick = 4;
let emitted = 0;
let probed = 0;
let slips = 0;
process.stdout.write(`start ${Date.now()}\n`);
const started = performance.now();
for (;;) {
  const passed = Math.min(seconds, (performance.now() - started) / 1000);
  // If the queue is too slow, the rate falls: a full buffer would end the run.
  const room = limit - producer.stats().waiting_events;
  for (const due = Math.min(Math.floor(passed * rate), emitted + room); emitted < due; emitted++) {
    const { value } = events.next();
    if (value === undefined) break;
    producer.emit(value);
  }
  if (probed < Math.floor(passed * probes)) {
    // Missed probes are not sent later, so there are never many at once.
    slips += Math.floor(passed * probes) - probed - 1;
    probed = Math.floor(passed * probes);
    producer.message({
      run_id: `probe-${probed}`,
      session_id: 'probes',
      role: 'user',
      occurred_at: new Date().toISOString(),
    });
  }
  if (passed >= seconds) break;
  await pause(tick);
}
await producer.close();
process.stdout.write(`done ${emitted} ${probed - slips} ${(performance.now() - started) / 1000}\n`);
