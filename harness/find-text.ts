import type { Redis } from 'ioredis';
import type { Database } from '#runfold/postgres/database.js';
import { withRedis } from './redis-server.js';

/** The tables of a store, in any schema, with a row that contains one of some strings. */
export async function tablesWith(database: Database, texts: readonly string[]): Promise<string[]> {
  const tables = await database.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
    where schemaname not in ('pg_catalog', 'information_schema') order by 1`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await database.query(
      `select from ${name} t, unnest($1::text[]) as sought(wanted) where position(sought.wanted in t::text) > 0 limit 1`,
      [texts],
    );
    if (rows.length > 0) found.push(name);
  }
  if (tables.length < 5) throw new Error(`Expected the tables of a store, got ${tables.length}`);
  return found;
}

/** The Redis keys with a prefix that contain one of some strings, and the number of keys. */
export function keysWith(
  url: string,
  prefix: string,
  texts: readonly string[],
): Promise<{ readonly keys: number; readonly found: readonly string[] }> {
  return withRedis(url, async (redis) => {
    const keys = await redis.keys(`${prefix}*`);
    const found: string[] = [];
    for (const key of keys) {
      const value = JSON.stringify([key, await valueAt(redis, key)]);
      if (texts.some((text) => value.includes(text))) found.push(key);
    }
    return { keys: keys.length, found };
  });
}

async function valueAt(redis: Redis, key: string): Promise<unknown> {
  switch (await redis.type(key)) {
    case 'hash':
      return await redis.hgetall(key);
    case 'list':
      return await redis.lrange(key, 0, -1);
    case 'set':
      return await redis.smembers(key);
    case 'zset':
      return await redis.zrange(key, '0', '-1');
    case 'stream':
      return await redis.xrange(key, '-', '+');
    default:
      return await redis.get(key);
  }
}
