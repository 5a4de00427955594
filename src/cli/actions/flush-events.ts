import { untilSignal, within } from '../../environment/within.js';
import type { Producer } from '../../ingest/producer.js';
import { finishingMs } from '../command/signals.js';

/** Waits for work; after the signal for at most ten seconds. @throws the error that `late` returns, after that time */
export async function finishWork<T>(
  work: Promise<T>,
  signal: AbortSignal,
  late: (ms: number) => Error,
): Promise<T> {
  try {
    return await untilSignal(work, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    return await within(finishingMs, work, () => late(finishingMs));
  }
}

/**
 * Waits until the queue has every event that was given to the producer: for 30 seconds, and after the signal for
 * `finishing_ms`, by default ten.
 * @throws QueueUnavailableError
 */
export async function flushEvents(
  producer: Producer,
  signal: AbortSignal,
  finishing_ms = finishingMs,
): Promise<void> {
  if (!signal.aborted)
    await untilSignal(producer.flush(), signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  if (signal.aborted) await producer.flush({ timeout_ms: finishing_ms });
}
