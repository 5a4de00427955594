import type pg from 'pg';
import { codeOf } from '../environment/error-fields.js';

/**
 * Whether the connections of a pool keep a session of their own on the server. Behind a pooler such as
 * PgBouncer in transaction mode they do not: each transaction may run on another server connection, so
 * settings, prepared statements, session locks and LISTEN of one are not there for the next.
 */
const pooled = new WeakMap<object, boolean>();

/**
 * Makes the `onConnect` of a pool: it applies settings to the session, and finds out whether there is
 * one. The process that answers is then another one than the pooler named at the start, and nothing is
 * set: it would stay with a server connection that others use as well.
 *
 * They are no startup options, since PgBouncer refuses those.
 */
export function prepareSession(
  poolOf: () => object,
  settings: Readonly<Record<string, string>>,
): (client: pg.ClientBase) => Promise<void> {
  const set = Object.entries(settings).map(
    ([name, value]) => `when set_config('${name}', '${value}', false) is null then true`,
  );
  return async (client) => {
    const told = (client as pg.ClientBase & { processID?: number | null }).processID ?? 0;
    const { rows } = await client.query<{ is_pooled: boolean }>(
      `select case when pg_backend_pid() <> ${Math.trunc(told)} then true ${set.join(' ')} else false end as is_pooled`,
    );
    const isPooled = rows[0]?.is_pooled === true;
    pooled.set(client, isPooled);
    pooled.set(poolOf(), isPooled);
  };
}

/** Whether there is a pooler before the server; a pool that has not connected yet does so. */
export async function isPooled(on: pg.Pool | pg.ClientBase): Promise<boolean> {
  const known = pooled.get(on);
  if (known !== undefined || !('totalCount' in on)) return known ?? false;
  const client = await on.connect();
  client.release();
  return pooled.get(on) ?? false;
}

/** What a server says of a prepared statement that a pooler sent elsewhere (PostgreSQL manual, appendix A). */
const lostStatement = new Set(['26000', '42P05']);
const readOnly = '25006';

/**
 * Learns from an error of a statement: that there is a pooler after all, or that the server takes no
 * writes, as an old primary does to which connections stayed open. Those that are idle are closed; the
 * name may lead to the new primary by now.
 */
export function learnFrom(error: unknown, on: pg.Pool | pg.ClientBase): void {
  const code = codeOf(error) ?? '';
  if (lostStatement.has(code)) pooled.set(on, true);
  if (code === readOnly && 'totalCount' in on) void renewIdle(on);
}

/** Closes the connections of a pool that nobody uses; others take their place when they are needed. */
async function renewIdle(pool: pg.Pool): Promise<void> {
  const idle = Array.from({ length: pool.idleCount }, () => pool.connect());
  for (const result of await Promise.allSettled(idle)) {
    if (result.status === 'fulfilled') result.value.release(true);
  }
}
