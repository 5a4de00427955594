import { setTimeout as pause } from 'node:timers/promises';
import type { PoolClient } from 'pg';
import { codeOf } from '../../environment/error-fields.js';
import { deadlockDetected, lockNotAvailable, queryCanceled } from '../../postgres/sql-states.js';
import { RebuildBlockedError } from './rebuild-errors.js';

/** The options of a short lock. */
export interface ShortLockOptions {
  /** The log, with its schema. */
  readonly events: string;
  /** Statements that take more locks after the log's, also against readers. Defaults to none. */
  readonly exclusive?: (() => readonly string[]) | undefined;
  /** How long to keep trying, in milliseconds. */
  readonly patience_ms: number;
  readonly signal?: AbortSignal | undefined;
  /** Called with how long the locks were held, in milliseconds. */
  readonly onReleased?: ((held_ms: number) => void) | undefined;
}

/**
 * The longest wait of one attempt, in milliseconds. Writers queue behind a waiting lock, so an
 * attempt that meets a long transaction gives up and retries.
 */
const attemptMs = 80;
/** lock_timeout, statement_timeout, and a deadlock that this attempt lost. */
const busy = new Set<string>([lockNotAvailable, queryCanceled, deadlockDetected]);

/**
 * Runs `work` in one transaction that blocks every writer of the log, and commits. Writers take
 * `row exclusive` on the log before anything else, and this locks the log first too: with one order
 * there is no deadlock among them. The mode `share row exclusive` lets readers pass, waits until
 * current writers have ended, and is the one that `create trigger` needs.
 *
 * If a client stalls while it holds the lock, the server ends it after a second.
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
      // On a broken connection there is nothing to roll back. The first error is the one that
      // matters.
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
