import { Redis, type RedisOptions } from 'ioredis';

/**
 * Makes a client listen to every error of its connections. ioredis listens to the first one only, and a connection that
 * is closed before its TLS is agreed on may emit two. One that nobody listens to ends the process.
 */
export function hearErrors(redis: Redis): void {
  const { connector } = redis as unknown as Connecting;
  if (Object.hasOwn(connector, 'connect')) return;
  const connect = connector.connect.bind(connector);
  connector.connect = async (...options) => {
    const stream = await connect(...options);
    stream.on('error', () => undefined);
    return stream;
  };
}

interface Connecting {
  readonly connector: { connect(...options: unknown[]): Promise<NodeJS.EventEmitter> };
}

/** Options of a client that gives replies as they come. */
export type PlainOptions = RedisOptions & { replyMapping?: 'legacy' };

/** A client that hears every error from its first connection on: the constructor of ioredis connects already. */
export class HeardRedis extends Redis {
  override connect(...args: Parameters<Redis['connect']>): Promise<void> {
    hearErrors(this);
    return super.connect(...args);
  }

  override duplicate(override: Partial<RedisOptions> = {}): Redis {
    return new HeardRedis({ ...this.options, ...override } as PlainOptions);
  }
}
