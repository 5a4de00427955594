import { RunfoldError } from '../environment/runfold-error.js';

/** The buffer holds as many events, or bytes of them, as it may; the event has not been taken. */
export class BufferFullError extends RunfoldError {
  readonly code = 'buffer_full';
  constructor(
    readonly capacity: number,
    readonly unit: 'events' | 'bytes' = 'events',
  ) {
    super(
      `Expected room in the producer's buffer, got ${capacity} ${unit} waiting for the queue. ` +
        `Await flush(), emit less, or raise max_buffered_${unit}.`,
    );
    this.name = 'BufferFullError';
  }
}

/** The queue did not take the events in time; they are still in the buffer. */
export class QueueUnavailableError extends RunfoldError {
  readonly code = 'queue_unavailable';
  constructor(
    readonly waiting_events: number,
    readonly timeout_ms: number,
    cause: unknown,
  ) {
    super(
      `Expected the queue to take ${waiting_events} events within ${timeout_ms} ms, got ${
        cause instanceof Error ? cause.message || cause.name : 'no answer'
      }. They are still buffered and will be sent when it answers.`,
      { cause },
    );
    this.name = 'QueueUnavailableError';
  }
}

/** The producer was closed before this event was given to it. */
export class ProducerClosedError extends RunfoldError {
  readonly code = 'producer_closed';
  constructor() {
    super('Expected an open producer, got one that was closed. Create a new one.');
    this.name = 'ProducerClosedError';
  }
}
