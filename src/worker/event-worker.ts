import { Worker, type WorkerOptions } from 'bullmq';

/**
 * BullMQ's worker, except that a job whose data is not JSON is handed over as text instead of
 * being dropped half-way: it must end up among the rejects, not stall for ever.
 */
export class EventWorker extends Worker {
  protected override createJob(...[data, id]: Parameters<Worker['createJob']>) {
    try {
      return super.createJob(data, id);
    } catch {
      // The text is kept as the job's data, and rejected as no batch of ours.
      return super.createJob({ ...data, data: JSON.stringify(String(data.data)) }, id);
    }
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
