import { retryDelay } from '../environment/retry-delay.js';
import { within } from '../environment/within.js';
import type { Batch, EventBuffer } from './event-buffer.js';
import type { JobDestination } from './job-destination.js';
import { QueueUnavailableError } from './producer-errors.js';
import type { ReplayWindow } from './replay-window.js';

/** The counts of the outbox. */
export interface OutboxStats {
  /** Events that the queue has acknowledged. */
  readonly acknowledged_events: number;
  /** Jobs that the queue has acknowledged. */
  readonly acknowledged_jobs: number;
  /** Events waiting for the queue. */
  readonly waiting_events: number;
  /** Their bytes of JSON, roughly. */
  readonly waiting_bytes: number;
  /** Attempts to enqueue that failed. */
  readonly failed_attempts: number;
  /** Jobs sent again because another server took the place of the one that had acknowledged them. */
  readonly replayed_jobs: number;
}

/** Sends jobs from a buffer to the queue, a few at a time, and retries until the queue has them. */
export interface Outbox {
  /** Sends full jobs. */
  sendFull(): void;
  /** Sends everything that waits, full or not. */
  sendAll(): void;
  /** Events that are not acknowledged yet, including those that are being sent. */
  waiting(): number;
  /** Their bytes, roughly. */
  waitingBytes(): number;
  /** Resolves when everything that is waiting now is acknowledged. @throws QueueUnavailableError */
  drained(timeoutMs: number): Promise<void>;
  stats(): OutboxStats;
  /** Discards what has not been acknowledged. */
  stop(): void;
}

/** The maximum number of events of small jobs in one call. */
const shipmentEvents = 250;

export function createOutbox(options: {
  readonly destination: JobDestination;
  /** Keeps acknowledged jobs if the queue may lose them. */
  readonly replay: ReplayWindow | undefined;
  readonly buffer: EventBuffer;
  readonly onError: (error: Error) => void;
}): Outbox {
  const { destination, replay, buffer, onError } = options;
  const inFlight = new Set<Promise<void>>();
  let inFlightEvents = 0;
  let inFlightBytes = 0;
  /** The number of events taken from the buffer so far, and the starts of unacknowledged shipments in it. */
  let takenEvents = 0;
  const unacknowledged = new Set<number>();
  let acknowledgedEvents = 0;
  let acknowledgedJobs = 0;
  let failedAttempts = 0;
  let flushing = false;
  let stopped = false;
  let lastError: unknown;
  const waiters = new Set<() => void>();

  const waiting = () => buffer.events + inFlightEvents;
  const waitingBytes = () => buffer.bytes + inFlightBytes;

  const pump = () => {
    while (
      !stopped &&
      inFlight.size < destination.mostInFlight() &&
      (flushing || buffer.hasFull())
    ) {
      const batches = takeShipment();
      if (batches.length === 0) {
        flushing = false;
        break;
      }
      const events = batches.reduce((sum, batch) => sum + batch.events, 0);
      const bytes = batches.reduce((sum, batch) => sum + batch.columns.length, 0);
      inFlightEvents += events;
      inFlightBytes += bytes;
      const place = takenEvents;
      takenEvents += events;
      unacknowledged.add(place);
      const sending = deliver(batches, events, place).finally(() => {
        inFlight.delete(sending);
        inFlightEvents -= events;
        inFlightBytes -= bytes;
        for (const wake of waiters) wake();
        pump();
      });
      inFlight.add(sending);
    }
  };

  /** One large batch, or enough small ones for the same queue to make a call worthwhile. */
  const takeShipment = () => {
    const batches: Batch[] = [];
    for (let events = 0; events < shipmentEvents && (flushing || buffer.hasFull()); ) {
      const batch = buffer.take(batches[0]?.queue);
      if (batch === undefined) break;
      batches.push(batch);
      events += batch.events;
    }
    return batches;
  };

  const deliver = async (batches: readonly Batch[], events: number, place: number) => {
    for (let attempt = 0; !stopped; attempt++) {
      try {
        await destination.put(batches);
        acknowledgedEvents += events;
        acknowledgedJobs += batches.length;
        unacknowledged.delete(place);
        lastError = undefined;
        return;
      } catch (error) {
        failedAttempts += 1;
        lastError = error;
        // What failed because of the end has been reported by whoever ended it.
        if (stopped) return;
        onError(error instanceof Error ? error : new Error(String(error)));
        await new Promise((resolve) => setTimeout(resolve, retryDelay(attempt)).unref());
      }
    }
  };

  return {
    sendFull: pump,
    sendAll() {
      flushing = true;
      pump();
    },
    waiting,
    waitingBytes,
    async drained(timeoutMs) {
      // Later events may enter the buffer in the meantime and be acknowledged first, so a count of
      // acknowledged events is not enough: wait for exactly those that are here now.
      const end = takenEvents + buffer.events;
      const isDone = () => takenEvents >= end && [...unacknowledged].every((place) => place >= end);
      if (isDone()) return;
      let wake: () => void = () => undefined;
      const done = new Promise<void>((resolve) => {
        wake = () => {
          flushing ||= buffer.events > 0;
          if (isDone()) resolve();
        };
        waiters.add(wake);
      });
      try {
        await within(
          timeoutMs,
          done,
          () => new QueueUnavailableError(waiting(), timeoutMs, lastError ?? destination.fault?.()),
        );
      } finally {
        waiters.delete(wake);
      }
    },
    stats: () => ({
      acknowledged_events: acknowledgedEvents,
      acknowledged_jobs: acknowledgedJobs,
      waiting_events: waiting(),
      waiting_bytes: waitingBytes(),
      failed_attempts: failedAttempts,
      replayed_jobs: replay?.replayed() ?? 0,
    }),
    stop() {
      stopped = true;
    },
  };
}
