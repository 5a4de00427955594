import { setTimeout as pause } from 'node:timers/promises';
import { inspect } from 'node:util';

/** How long and how often {@link waitUntil} checks. */
export interface WaitOptions {
  /** The awaited condition, for the error. Defaults to "the condition". */
  readonly what?: string;
  /** Milliseconds until it gives up. Defaults to a minute: only what never happens takes so long, however busy the machine. */
  readonly timeoutMs?: number;
  /** Milliseconds between two checks. Defaults to 20. */
  readonly intervalMs?: number;
}

/**
 * Polls `read` until `holds` accepts its value, and returns that value. Use it only for things
 * without a signal: anything that can be awaited should be awaited instead.
 *
 * A `read` that throws counts as "not yet"; its last error becomes the cause. The error at the
 * deadline contains the last value, so a failing test shows it.
 */
export async function waitUntil<T>(
  read: () => T | Promise<T>,
  holds: (value: T) => boolean = Boolean,
  options: WaitOptions = {},
): Promise<T> {
  const { what = 'the condition', timeoutMs = 60_000, intervalMs = 20 } = options;
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    let last: string;
    let cause: unknown;
    try {
      const value = await read();
      if (holds(value)) return value;
      last = `last value: ${inspect(value, { depth: 4, breakLength: 100 })}`;
    } catch (error) {
      cause = error;
      last = `last error: ${error instanceof Error ? error.message : inspect(error)}`;
    }
    if (performance.now() >= deadline) {
      throw new Error(`Expected ${what} within ${timeoutMs} ms; ${last}`, { cause });
    }
    await pause(intervalMs);
  }
}
