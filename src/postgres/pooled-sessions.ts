import type pg from 'pg';
import { codeOf } from '../environment/error-fields.js';
import { rememberNode } from './error-nodes.js';
import {
  duplicatePreparedStatement,
  invalidStatementName,
  readOnlyTransaction,
} from './sql-states.js';

/** Settings of a role or database that would change what our statements mean, or the figures that they return. */
export const meaningSettings = {
  extra_float_digits: '1',
  default_transaction_isolation: 'read committed',
  array_nulls: 'on',
  transform_null_equals: 'off',
  standard_conforming_strings: 'on',
} as const;

/**
 * Whether a pool is behind a pooler, so that its connections do not keep a session on the server. With
 * PgBouncer in transaction mode each transaction may run on another server connection, so
 * settings, prepared statements, session locks and LISTEN are not available to the next transaction.
 */
const pooled = new WeakMap<object, boolean>();

/** Pools of an embedded store that is named by a URL. */
const embedded = new WeakSet<object>();

/** Whether the server that a pool has connected to is an embedded store, whose connections all share one session. */
export const isEmbedded = (pool: object): boolean => embedded.has(pool);

/**
 * Lets Postgres look every few seconds whether the process that sent a statement is still there, and end the statement if it is
 * not. Otherwise a long one of a killed process goes on to its end. Only Linux can look, and a setting of the operator stays.
 */
const endWithClient = `when case when version() ~ 'linux' and version() !~ 'PGlite'
  and current_setting('client_connection_check_interval', true) = '0'
  then set_config('client_connection_check_interval', '5s', false) is null end then true`;

/**
 * Keeps a session that waits for its next statement, from Postgres 14 on. A limit of the role would end the connections on
 * which a worker listens and those that hold a lock between two statements. Pools close idle connections themselves.
 */
const stayIdle = `when case when current_setting('idle_session_timeout', true) <> '0'
  then set_config('idle_session_timeout', '0', false) is null end then true`;

/**
 * Makes the `onConnect` of a pool: it applies settings to the session, and detects a pooler or an embedded store. Behind a pooler, the
 * process id of the backend is not the one that was reported at the start, and nothing is
 * set: a setting would stay on a server connection that others also use.
 *
 * These are not startup options, because PgBouncer refuses those.
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
    const { rows } = await client.query<{ is_pooled: boolean; is_embedded: boolean }>(
      `select case when pg_backend_pid() <> ${Math.trunc(told)} then true ${set.join(' ')} ${endWithClient} ${stayIdle} else false end as is_pooled,
        version() ~ 'PGlite' as is_embedded`,
    );
    if (rows[0]?.is_embedded === true) embedded.add(poolOf());
    const isPooled = rows[0]?.is_pooled === true;
    pooled.set(client, isPooled);
    pooled.set(poolOf(), isPooled);
  };
}

/** Whether there is a pooler in front of the server; connects the pool if it has not connected yet. */
export async function isPooled(on: pg.Pool | pg.ClientBase): Promise<boolean> {
  const known = pooled.get(on);
  if (known !== undefined || !('totalCount' in on)) return known ?? false;
  const client = await on.connect();
  client.release();
  return pooled.get(on) ?? false;
}

/** Errors for a prepared statement that is on another server connection (PostgreSQL manual, appendix A). */
const lostStatement = new Set<string>([invalidStatementName, duplicatePreparedStatement]);

/** Whether a statement failed only because it was prepared on another server connection. */
export const isLostStatement = (error: unknown) => lostStatement.has(codeOf(error) ?? '');

/**
 * Learns from an error of a statement: where it occurred, that there is a pooler, or that the server refuses
 * writes, like an old primary with connections that stayed open. In that case idle connections are closed, as the
 * name may now resolve to the new primary.
 */
export function learnFrom(error: unknown, on: pg.Pool | pg.ClientBase): void {
  rememberNode(error, on);
  if (isLostStatement(error)) pooled.set(on, true);
  if (codeOf(error) === readOnlyTransaction && 'totalCount' in on) void renewIdle(on);
}

/** Closes the idle connections of a pool; new ones are opened when they are needed. */
async function renewIdle(pool: pg.Pool): Promise<void> {
  const idle = Array.from({ length: pool.idleCount }, () => pool.connect());
  for (const result of await Promise.allSettled(idle)) {
    if (result.status === 'fulfilled') result.value.release(true);
  }
}
