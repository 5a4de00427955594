/** Where the queue lives: Redis, or the store's own Postgres. */
export type QueueTarget =
  | {
      readonly kind: 'redis';
      /**
       * A `redis://` or `rediss://` URL of one Redis, of a cluster, as in `redis://a,b?cluster=true`, or of
       * sentinels, as in `redis://a,b?sentinel=mymaster`.
       */
      readonly url: string;
      /** What the queue's keys in Redis begin with. Defaults to `runfold`. */
      readonly prefix?: string | undefined;
      /**
       * How many queues events are spread over. Whoever starts last with a number sets it for all that
       * have one. Defaults to one queue; in a cluster to the number that was set, or 16.
       */
      readonly queues?: number | undefined;
    }
  | {
      readonly kind: 'postgres';
      /** A `postgres://` URL, or where an embedded store's socket is. */
      readonly connection: string | PostgresAddress;
    };

/** The address of a Postgres server as `pg` takes it. */
export interface PostgresAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
}

/** What the keys in Redis begin with where nothing else is said. */
export const defaultPrefix = 'runfold';

/** The queue's name in BullMQ. */
export const queueName = 'runfold-events';
