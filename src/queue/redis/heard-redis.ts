import { Redis, type RedisOptions } from 'ioredis';

/**
 * Prepares a client before its first connection: it hears every error, rejects every command that was lost, and writes
 * nothing to the console.
 */
export function prepareRedis(redis: Redis): void {
  if (prepared.has(redis)) return;
  prepared.add(redis);
  hearErrors(redis);
  rejectForgotten(redis);
  checkQuietly(redis);
}

const prepared = new WeakSet<Redis>();

/**
 * Makes a client listen to every error of its connections. ioredis listens to the first one only, and a connection that
 * is closed before its TLS is agreed on may emit two. One that nobody listens to ends the process.
 */
function hearErrors(redis: Redis): void {
  const { connector } = redis as unknown as Connecting;
  const connect = connector.connect.bind(connector);
  connector.connect = async (...options) => {
    const stream = await connect(...options);
    stream.on('error', () => undefined);
    return stream;
  };
}

/**
 * Commands of a lost connection wait until the next one is ready, and are sent again. If that one is lost before, as
 * with a frozen server, ioredis forgets them: whoever waits for their responses would wait forever.
 */
function rejectForgotten(redis: Redis): void {
  const client = redis as unknown as Flushing;
  const flushQueue = client.flushQueue.bind(redis);
  client.flushQueue = (error, options) => {
    flushQueue(error, options);
    // With options, the client connects once more and sends them again.
    if (options !== undefined) return;
    for (let lost = client.prevCommandQueue?.shift(); lost; lost = client.prevCommandQueue?.shift())
      lost.command.reject(error);
  };
}

/** The function of ioredis that finds out whether a server is ready. */
interface Checking {
  info(done: (error: Error | null, text?: string) => void): unknown;
  _readyCheck(done: unknown): void;
}

/** ioredis writes to the console if the user may not run INFO, and goes on. BullMQ, or the doctor, says so in our words. */
function checkQuietly(redis: Redis): void {
  const client = redis as unknown as Checking;
  const check = client._readyCheck.bind(redis);
  client._readyCheck = (done) => {
    const info = client.info.bind(redis);
    // The check calls it once, before it returns.
    client.info = (answer) =>
      info((error, text) => {
        const isRefused = error?.message.includes('NOPERM') === true;
        answer(isRefused ? null : error, isRefused ? '' : text);
      });
    check(done);
    client.info = info;
  };
}

interface Flushing {
  /** Commands of the connection before, until this one is ready. */
  readonly prevCommandQueue?: { shift(): { command: { reject(error: Error): void } } | undefined };
  flushQueue(error: Error, options?: unknown): void;
}

interface Connecting {
  readonly connector: { connect(...options: unknown[]): Promise<NodeJS.EventEmitter> };
}

/** Options of a client that gives replies as they come. */
export type PlainOptions = RedisOptions & { replyMapping?: 'legacy' };

/** A client that hears every error from its first connection on: the constructor of ioredis connects already. */
export class HeardRedis extends Redis {
  override connect(...args: Parameters<Redis['connect']>): Promise<void> {
    prepareRedis(this);
    return super.connect(...args);
  }

  override duplicate(override: Partial<RedisOptions> = {}): Redis {
    return new HeardRedis({ ...this.options, ...override } as PlainOptions);
  }
}
