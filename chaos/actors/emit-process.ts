/** A producer process: `emit-process.ts FILE FROM LINGER_MS`. The environment names the servers. */
import { readFileSync, writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { readConfig } from '#runfold/environment/config.js';
import { createProducer } from '#runfold/ingest/producer.js';
import { jobName, jobOptions } from '#runfold/queue/job.js';
import { openQueue } from '#runfold/queue/open-queue.js';
import type { QueueTarget } from '#runfold/queue/queue-target.js';
import type { RawJob } from '../round/poison.js';
import type { Consignment } from '../round/workload.js';

const [file = '', from = '0', stays] = process.argv.slice(2);
const told = new Promise<void>((resolve) => process.once('SIGUSR2', () => resolve()));
const { project, events_per_job, sendings }: Consignment = JSON.parse(readFileSync(file, 'utf8'));
const config = readConfig();
const target: QueueTarget =
  config.redis_url === undefined
    ? { kind: 'postgres', connection: config.database_url ?? '' }
    : {
        kind: 'redis',
        url: config.redis_url,
        prefix: config.redis_prefix,
        queues: config.redis_queues,
      };
const producer = await createProducer({ queue: target, project, events_per_job });
const direct = await openQueue(target, { onError: () => undefined });
/** The number of sendings between two flushes. */
const stretch = 40;
/** How often an unavailable queue is retried: minutes in total. */
const patience = 60;

async function again(work: () => Promise<unknown>): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await Promise.race([
        work(),
        pause(10_000).then(() => {
          throw new Error('no answer within 10 s');
        }),
      ]);
      return;
    } catch (error) {
      if (attempt >= patience) throw error;
      await pause(100);
    }
  }
}

const put = ({ data, job_id }: RawJob) =>
  again(() => direct.add(jobName, data, { ...jobOptions, jobId: job_id }));

for (let at = Number(from); at < sendings.length; at += stretch) {
  const part = sendings.slice(at, at + stretch);
  // Written synchronously, so that whatever follows, the harness knows what was sent or
  // acknowledged.
  writeSync(1, `sent ${at + part.length}\n`);
  for (const sending of part) {
    if (sending.kind === 'event') producer.emit(sending.event);
    else await put(sending.job);
  }
  await again(() => producer.flush({ timeout_ms: 9_000 }));
  writeSync(1, `acked ${at + part.length}\n`);
  await pause(40);
}
if (stays !== undefined) await told;
// As long as it takes to send again what a failover may have lost: on a busy machine, more than half a minute.
await producer.close({ timeout_ms: 120_000 });
await direct.close();
writeSync(1, 'done\n');
process.exit(0);
