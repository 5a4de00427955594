/** Where the queue lives: Redis, or the store's own Postgres. */
export type QueueTarget =
  | {
      readonly kind: 'redis';
      /** A `redis://` or `rediss://` URL. */
      readonly url: string;
      /** What the queue's keys in Redis begin with. Defaults to `runfold`. */
      readonly prefix?: string | undefined;
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

/** The queue's name in BullMQ. */
export const queueName = 'runfold-events';
