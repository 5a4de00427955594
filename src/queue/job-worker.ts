import { Worker, type WorkerOptions } from 'bullmq';
import { jobName, jobOptions } from './job.js';

/**
 * BullMQ's worker, except that the data of a job is handed over as the text that the queue keeps.
 * Whoever needs it reads it; and where it is not JSON the job is not dropped half-way, to stall
 * forever, but ends up among the rejects. Everything else that a job carries is replaced by what our own
 * jobs carry: anybody who may write to the queue can put anything there.
 */
export class EventWorker extends Worker {
  protected override createBackend() {
    super.createBackend();
    readAnyJob(this.backend as unknown as Partial<CommandRunner>, (id) => this.toKey(id));
  }

  protected override createJob(...[json, id]: Parameters<Worker['createJob']>) {
    const { attemptsMade, attemptsStarted, stalledCounter, timestamp, processedOn } = json;
    const safe = {
      id: json.id,
      name: jobName,
      data: '{}',
      opts: { ...jobOptions },
      progress: 0,
      delay: 0,
      priority: 0,
      timestamp: numberOr(timestamp, Date.now()),
      attemptsMade: numberOr(attemptsMade, 0),
      attemptsStarted: numberOr(attemptsStarted, 0),
      stalledCounter: numberOr(stalledCounter, 0),
      ...(processedOn === undefined ? {} : { processedOn: numberOr(processedOn, Date.now()) }),
    };
    const job = super.createJob(safe as unknown as typeof json, id);
    job.data = typeof json.data === 'string' ? json.data : (JSON.stringify(json.data) ?? 'null');
    return job;
  }
}

const numberOr = (value: unknown, instead: number) =>
  typeof value === 'number' && Number.isFinite(value) ? value : instead;

/** The part of BullMQ's backend for Redis that runs its scripts. */
interface CommandRunner {
  execCommand(client: RedisClient, name: string, args: unknown): Promise<unknown>;
}
interface RedisClient {
  hdel(key: string, ...fields: string[]): Promise<number>;
}

/** Fields of a job in Redis that BullMQ reads as JSON as soon as it gets the job. */
const jsonFields = new Map<unknown, string>([
  ['opts', '{}'],
  ['progress', '0'],
]);
/** Fields that our jobs never have. BullMQ's scripts read them when the job ends, and fail at some. */
const foreignFields = ['parent', 'parentKey', 'rjk', 'defa'];

/**
 * Keeps BullMQ from failing at a job that it cannot read: it would have taken the job by then, and nobody
 * would hear of it again.
 */
function readAnyJob(backend: Partial<CommandRunner>, keyOf: (id: string) => string): void {
  const run = backend.execCommand?.bind(backend);
  // Only Redis keeps strings.
  if (run === undefined) return;
  backend.execCommand = async (client, name, args) => {
    const result = await run(client, name, args);
    const [fields, id]: unknown[] = Array.isArray(result) ? result : [];
    if (!Array.isArray(fields) || typeof id !== 'string') return result;
    const foreign: string[] = [];
    for (let at = 0; at + 1 < fields.length; at += 2) {
      fields[at + 1] = jsonFields.get(fields[at]) ?? fields[at + 1];
      if (!foreignFields.includes(fields[at])) continue;
      foreign.push(fields[at]);
      fields[at + 1] = '';
    }
    if (foreign.length > 0) await client.hdel(keyOf(id), ...foreign);
    return result;
  };
}

/**
 * How long the lock of a job in hand lasts; it is renewed at half of it. In milliseconds. After a
 * `kill -9` another worker takes the job over once it has run out.
 */
export const defaultLock = 10_000;

/** BullMQ's settings for a worker of ours. */
export function workerOptions(settings: {
  readonly connection: WorkerOptions['connection'];
  readonly prefix: string;
  readonly concurrency: number;
  readonly lock: number;
  readonly drainSeconds: number;
  readonly stalledInterval: number;
}): WorkerOptions {
  return {
    connection: settings.connection,
    prefix: settings.prefix,
    concurrency: settings.concurrency,
    drainDelay: settings.drainSeconds,
    stalledInterval: settings.stalledInterval,
    lockDuration: settings.lock,
    autorun: false,
    // A worker killed in mid-job is no fault of the job: it comes back as often as it takes.
    maxStalledCount: 1_000_000_000,
    runRetryDelay: 1_000,
  };
}
