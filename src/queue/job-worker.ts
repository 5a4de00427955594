import { Worker, type WorkerOptions } from 'bullmq';
import { jobName, jobOptions } from './job.js';

/**
 * BullMQ's worker, except that it passes the data of a job on as the stored string. The processor
 * parses it, so a job that is not valid JSON becomes a reject. BullMQ would drop it and leave it
 * stalled forever. All other fields of a job are replaced by those of our own jobs, because anyone
 * who can write to the queue can put anything there.
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

/** Fields of a job in Redis that BullMQ parses as JSON when it gets the job. */
const jsonFields = new Map<unknown, string>([
  ['opts', '{}'],
  ['progress', '0'],
]);
/**
 * Fields that our jobs never have. BullMQ's scripts read them when the job ends, and some values
 * make them fail.
 */
const foreignFields = ['parent', 'parentKey', 'rjk', 'defa'];

/**
 * Keeps BullMQ from failing on a job that it cannot read. It has taken the job by then, so the job
 * would be lost.
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
 * How long the lock of a job in flight lasts, in milliseconds. It is renewed after half of that.
 * After a `kill -9` another worker takes the job over once the lock has expired.
 */
export const defaultLock = 10_000;

/** BullMQ's settings for our workers. */
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
    // A worker that is killed during a job is not the job's fault, so the job is redelivered
    // without limit.
    maxStalledCount: 1_000_000_000,
    runRetryDelay: 1_000,
  };
}
