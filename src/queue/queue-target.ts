/** Where the queue is: Redis, or the store's own Postgres. */
export type QueueTarget =
  | {
      readonly kind: 'redis';
      /**
       * A `redis://` or `rediss://` URL of one Redis, of a cluster, as in `redis://a,b?cluster=true`, or of
       * sentinels, as in `redis://a,b?sentinel=mymaster`.
       */
      readonly url: string;
      /** The prefix of the queue's keys in Redis. Defaults to `runfold`. */
      readonly prefix?: string | undefined;
      /**
       * How many queues the events are spread over. The last process that starts with a number sets
       * it for all that have one. Defaults to one queue; in a cluster, to the number that was set,
       * or 16.
       */
      readonly queues?: number | undefined;
    }
  | {
      readonly kind: 'postgres';
      /** A `postgres://` URL, or the address of an embedded store's socket. */
      readonly connection: string | PostgresAddress;
    };

/** The address of a Postgres server in the form that `pg` takes. */
export interface PostgresAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
}

/** The default prefix of the keys in Redis. */
export const defaultPrefix = 'runfold';

/** The queue's name in BullMQ. */
export const queueName = 'runfold-events';
