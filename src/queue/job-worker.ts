import { Worker, type WorkerOptions } from 'bullmq';

/**
 * BullMQ's worker, except that the data of a job is handed over as the text that the queue keeps.
 * Whoever needs it reads it; and where it is not JSON the job is not dropped half-way, to stall for
 * ever, but ends up among the rejects.
 */
export class EventWorker extends Worker {
  protected override createJob(...[json, id]: Parameters<Worker['createJob']>) {
    const job = super.createJob({ ...json, data: '{}' }, id);
    job.data = String(json.data);
    return job;
  }
}

/**
 * How long the lock of a job in hand lasts; it is renewed at half of it. In milliseconds. After a
 * `kill -9` another worker takes the job over once it has run out.
 */
const lockDuration = 10_000;

/** BullMQ's settings for a worker of ours. */
export function workerOptions(settings: {
  readonly connection: WorkerOptions['connection'];
  readonly prefix: string;
  readonly concurrency: number;
  readonly drainSeconds: number;
  readonly stalledInterval: number;
}): WorkerOptions {
  return {
    connection: settings.connection,
    prefix: settings.prefix,
    concurrency: settings.concurrency,
    drainDelay: settings.drainSeconds,
    stalledInterval: settings.stalledInterval,
    lockDuration,
    autorun: false,
    // A worker killed in mid-job is no fault of the job: it comes back as often as it takes.
    maxStalledCount: 1_000_000_000,
    runRetryDelay: 1_000,
  };
}
