import { randomUUID } from 'node:crypto';
import { sleep } from '../environment/sleep.js';
import type { EventWorker } from '../queue/job-worker.js';
import type { QueueSpread } from '../queue/queue-spread.js';
import { queueName } from '../queue/queue-target.js';
import type { RedisConnection } from '../queue/redis-connection.js';
import { type Counter, hasJobs } from '../queue/spread/has-jobs.js';
import { shareOf } from '../queue/spread/queue-names.js';
import { openReader, type ReaderOptions } from './queue-reader.js';

/** The queues that a worker reads: the only one, or its share of several. */
export interface QueueReaders {
  /** Resolves when the first of them has started. @throws the error that prevents it */
  readonly started: Promise<void>;
  /** How many jobs the worker holds at once, across all queues. */
  setConcurrency(jobs: number): void;
  /** The names of the queues that are read now. */
  names(): readonly string[];
  /** Takes no more jobs, and resolves when those in flight are done; `force` does not wait. */
  close(force: boolean): Promise<void>;
  /** Ends the connections to the nodes of a cluster. Commands that wait for a response are rejected. */
  disconnect(): void;
}

export async function openReaders(
  options: ReaderOptions,
  concurrency: number,
): Promise<QueueReaders> {
  const { spread } = options.connected;
  return spread === undefined
    ? openOnly(options, concurrency)
    : openShare(options, spread, concurrency);
}

async function openOnly(options: ReaderOptions, concurrency: number): Promise<QueueReaders> {
  const { prefix, onError } = options.connected;
  const reader = await openReader(options, prefix, concurrency);
  return {
    started: reader.waitUntilReady().then(() => {
      reader.run().catch(onError);
    }),
    setConcurrency(jobs) {
      reader.concurrency = jobs;
    },
    names: () => [prefix],
    close: (force) => reader.close(force),
    disconnect: () => undefined,
  };
}

/** Milliseconds until a worker reports again that it is alive, and reads which queues are its own. */
const beatMs = 2_000;
/** A single queue must be able to keep a worker busy. */
const leastJobs = 8;

interface OpenReader {
  readonly reader: EventWorker;
  /** The node of a cluster that it reads from; '' without a cluster. */
  readonly node: string;
}

/**
 * Reads the queues that are this worker's share, by its rank among the live workers. For a moment
 * two workers may read one queue, or none may. Jobs then wait, and none is folded twice.
 */
async function openShare(
  options: ReaderOptions,
  spread: QueueSpread,
  concurrency: number,
): Promise<QueueReaders> {
  const { connected, log } = options;
  // Only Redis has several queues.
  const counter = connected.connection as unknown as Counter;
  const id = randomUUID();
  const closing = new AbortController();
  const readers = new Map<string, OpenReader>();
  const nodes = new Map<string, RedisConnection>();
  /** Queues that are no longer this worker's and still have jobs in flight. */
  const leaving = new Set<Promise<void>>();
  let most = concurrency;

  const jobsEach = () => Math.max(leastJobs, Math.ceil((2 * most) / Math.max(1, readers.size)));
  const share = () => {
    for (const { reader } of readers.values()) reader.concurrency = jobsEach();
  };

  const connectionTo = (node: string) => {
    const known = nodes.get(node);
    if (known !== undefined || connected.openNode === undefined) return known;
    const opened = connected.openNode(node);
    nodes.set(node, opened);
    return opened;
  };
  const isLive = (node: string) =>
    connected.isLive() && (node === '' || nodes.get(node)?.redis.status === 'ready');

  const begin = async (name: string, node: string) => {
    const connection = connectionTo(node)?.redis ?? connected.connection;
    const at = { ...options, connected: { ...connected, connection } };
    const reader = await openReader(at, name, jobsEach());
    readers.set(name, { reader, node });
    // An unavailable node may come back or be replaced. Until then nothing waits for it.
    const running = reader.waitUntilReady().then(() => reader.run());
    running.catch(connected.onError);
  };
  const end = (name: string, force: boolean) => {
    const reader = readers.get(name)?.reader;
    readers.delete(name);
    const left = Promise.resolve(reader?.close(force))
      .catch(connected.onError)
      .finally(() => leaving.delete(left));
    leaving.add(left);
  };

  /** The queues that this worker is to read. */
  const own = async () => {
    const { workers } = await spread.beat(id);
    const names = spread.names();
    const count = Math.max(1, workers.length);
    const rank = Math.max(0, workers.indexOf(id));
    const former = spread.former().filter((_, at) => at % count === rank);
    const filled = await Promise.all(
      former.map((name) => hasJobs(counter, `${name}:${queueName}`)),
    );
    const share = shareOf(rank, count, names.length).map((at) => names[at] ?? '');
    return { names: [...share, ...former.filter((_, at) => filled[at])], workers: count };
  };

  const look = async () => {
    const { names, workers } = await own();
    const masters =
      connected.openNode === undefined ? undefined : await connected.findMasters?.(names);
    const nodeOf = (name: string) => masters?.get(name) ?? '';
    if (closing.signal.aborted) return;
    const gone = [...readers.keys()].filter((name) => !names.includes(name));
    // Jobs in flight on a lost node cannot be completed. The node that replaces it redelivers them.
    const moved = names.filter(
      (name) => (readers.get(name)?.node ?? nodeOf(name)) !== nodeOf(name),
    );
    for (const name of gone) end(name, !isLive(readers.get(name)?.node ?? ''));
    for (const name of moved) end(name, true);
    const come = names.filter((name) => !readers.has(name));
    await Promise.all(come.map((name) => begin(name, nodeOf(name))));
    forgetNodes();
    if (gone.length + come.length === 0) return;
    share();
    log.info({ queues: [...readers.keys()], workers }, 'queues of this worker');
  };
  const forgetNodes = () => {
    const used = new Set([...readers.values()].map(({ node }) => node));
    if (leaving.size > 0) return;
    for (const [node, connection] of nodes) {
      if (used.has(node)) continue;
      connection.disconnect();
      nodes.delete(node);
    }
  };

  const beating = async () => {
    while (!closing.signal.aborted) {
      await sleep(beatMs, closing.signal);
      // While Redis is unavailable the worker keeps its queues. Others may read them too.
      if (!closing.signal.aborted) await look().catch(connected.onError);
    }
  };
  const starting = async () => {
    while (!closing.signal.aborted) {
      try {
        return await look();
      } catch (error) {
        if (!options.is_patient) throw error;
        connected.onError(error instanceof Error ? error : new Error(String(error)));
        await sleep(beatMs, closing.signal);
      }
    }
  };
  const started = starting();
  const beats = started.then(beating, () => undefined);

  const disconnect = () => {
    for (const connection of nodes.values()) connection.disconnect();
  };
  return {
    started,
    disconnect,
    setConcurrency(jobs) {
      most = jobs;
      share();
    },
    names: () => [...readers.keys()],
    async close(force) {
      closing.abort();
      if (!force) await Promise.all([beats, spread.leave(id).catch(() => undefined)]);
      for (const [name, { node }] of readers) end(name, force || !isLive(node));
      await Promise.all(leaving);
      disconnect();
    },
  };
}
