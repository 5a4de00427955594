import { setTimeout as pause } from 'node:timers/promises';
import type { PoolClient } from 'pg';
import { codeOf } from '../../environment/error-fields.js';
import { deadlockDetected, lockNotAvailable, queryCanceled } from '../../postgres/sql-states.js';
import { RebuildBlockedError } from './rebuild-errors.js';

/** How a short lock is taken. */
export interface ShortLockOptions {
  /** The log, with its schema. */
  readonly events: string;
  /** Statements that lock more, against readers too, after the log. Defaults to none. */
  readonly exclusive?: (() => readonly string[]) | undefined;
  /** How long to go on trying, in milliseconds. */
  readonly patience_ms: number;
  readonly signal?: AbortSignal | undefined;
  /** Told for how long the locks were held, in milliseconds. */
  readonly onReleased?: ((held_ms: number) => void) | undefined;
}

/**
 * The longest wait of one attempt, in milliseconds. Writers queue up behind a lock that waits, so
 * an attempt that meets a long transaction gives way and comes back.
 */
const attemptMs = 80;
/** lock_timeout, statement_timeout, and a deadlock this attempt lost. */
const busy = new Set<string>([lockNotAvailable, queryCanceled, deadlockDetected]);

/**
 * Runs `work` in one transaction that keeps every writer of the log out, and commits. Writers of
 * the log take `row exclusive` on it before anything else, and so does this: with one order there
 * is no deadlock among them. The mode, share row exclusive, lets readers pass, waits until
 * the writers in flight have ended, and is the one `create trigger` needs.
 *
 * A client that stops while it holds the lock is cut off by the server after a second.
 */
export async function underLock<T>(
  client: PoolClient,
  options: ShortLockOptions,
  work: () => Promise<T>,
): Promise<T> {
  const { events, exclusive = () => [], patience_ms, signal } = options;
  const since = performance.now();
  for (;;) {
    signal?.throwIfAborted();
    let held = 0;
    try {
      await client.query(
        `begin; set local lock_timeout = ${attemptMs}; set local statement_timeout = ${attemptMs};
        set local idle_in_transaction_session_timeout = 1000; set local synchronous_commit = off`,
      );
      await client.query(`lock table ${events} in share row exclusive mode`);
      held = performance.now();
      for (const statement of exclusive()) await client.query(statement);
      await client.query('set local statement_timeout = 0');
      const result = await work();
      await client.query('commit');
      options.onReleased?.(performance.now() - held);
      return result;
    } catch (error) {
      // On a broken connection there is nothing to roll back; the first error tells the story.
      await client.query('rollback').catch(() => undefined);
      if (held > 0) options.onReleased?.(performance.now() - held);
      if (!busy.has(codeOf(error) ?? '')) throw error;
      const waited = performance.now() - since;
      if (waited > patience_ms) {
        throw new RebuildBlockedError(
          Math.round(waited),
          'a moment without other transactions on the tables',
          error,
        );
      }
    }
    await pause(50 + Math.random() * 150);
  }
}
