import { RunfoldError } from '../environment/runfold-error.js';

/** The buffer is full, by events or by bytes; the event was not accepted. */
export class BufferFullError extends RunfoldError {
  readonly code = 'buffer_full';
  constructor(
    readonly capacity: number,
    readonly unit: 'events' | 'bytes' = 'events',
  ) {
    super(
      `The producer's buffer is full: ${capacity} ${unit} wait for the queue. ` +
        `Await flush(), emit less, or raise max_buffered_${unit}.`,
    );
    this.name = 'BufferFullError';
  }
}

/** The queue did not acknowledge the events in time; they are still in the buffer. */
export class QueueUnavailableError extends RunfoldError {
  readonly code = 'queue_unavailable';
  constructor(
    readonly waiting_events: number,
    readonly timeout_ms: number,
    cause: unknown,
  ) {
    super(
      `The queue did not accept ${waiting_events} events within ${timeout_ms} ms: ${
        cause instanceof Error ? cause.message || cause.name : 'no response'
      }. They are still buffered and will be sent when it responds.`,
      { cause },
    );
    this.name = 'QueueUnavailableError';
  }
}

/** The producer was closed before this event was given to it. */
export class ProducerClosedError extends RunfoldError {
  readonly code = 'producer_closed';
  constructor() {
    super('The producer is closed. Create a new one.');
    this.name = 'ProducerClosedError';
  }
}
