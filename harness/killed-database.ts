import type pg from 'pg';
import type { Database } from '#runfold/postgres/database.js';

/**
 * A database whose connection dies at its n-th statement, before or after the server has run it.
 */
export function killedAt(
  database: Database,
  step: number,
  isDone: boolean,
  onStep?: () => void,
): Database {
  let at = 0;
  const connect = async () => {
    const client = await database.pool.connect();
    const query = client.query.bind(client) as (...args: unknown[]) => Promise<unknown>;
    let isDead = false;
    const perform = async (send: () => Promise<unknown>) => {
      if (isDead) throw new Error('killed');
      onStep?.();
      isDead = at++ === step;
      if (isDead && !isDone) throw new Error('killed');
      const result = await send();
      if (isDead) throw new Error('killed');
      return result;
    };
    /** Like `pg`: with a callback, or for a promise. */
    const fragile = (...args: unknown[]) => {
      const done = args.at(-1);
      if (typeof done !== 'function') return perform(() => query(...args));
      const sent = () =>
        new Promise((resolve, reject) => {
          query(args[0], undefined, (error: unknown, result: unknown) =>
            error ? reject(error) : resolve(result),
          );
        });
      return perform(sent).then(
        (result) => done(null, result),
        (error: unknown) => done(error),
      );
    };
    return new Proxy(client, {
      get(target, name) {
        if (name === 'query') return fragile;
        // The server sees the connection end, and rolls back.
        if (name === 'release') return () => target.release(isDead);
        const value = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    }) as pg.PoolClient;
  };
  const pool = new Proxy(database.pool, {
    get: (target, name) => (name === 'connect' ? connect : Reflect.get(target, name)),
  });
  return { ...database, pool };
}

/** The number of statements that some work sends. */
export async function countSteps(
  database: Database,
  work: (counted: Database) => Promise<unknown>,
) {
  let steps = 0;
  await work(
    killedAt(database, Number.POSITIVE_INFINITY, false, () => {
      steps += 1;
    }),
  );
  return steps;
}
