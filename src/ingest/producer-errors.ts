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

/**
 * The queue did not acknowledge the events in time. After `flush` they are still in the buffer; after `close` they are
 * lost, except for those that the queue took without saying so.
 */
export class QueueUnavailableError extends RunfoldError {
  readonly code = 'queue_unavailable';
  constructor(
    readonly waiting_events: number,
    readonly timeout_ms: number,
    cause: unknown,
    /** Whether the producer is closed: then nothing sends the events any more. */
    readonly is_closed: boolean = false,
  ) {
    super(
      textOfUnavailable(
        { waiting_events, timeout_ms, cause },
        is_closed
          ? 'The producer is closed, so they are lost.'
          : 'They are still buffered and will be sent when it responds.',
      ),
      { cause },
    );
    this.name = 'QueueUnavailableError';
  }
}

/** The text of a `QueueUnavailableError`; `end` says what became of the events. */
export function textOfUnavailable(
  {
    waiting_events,
    timeout_ms,
    cause,
  }: Pick<QueueUnavailableError, 'waiting_events' | 'timeout_ms' | 'cause'>,
  end: string,
): string {
  const reason = cause instanceof Error ? cause.message || cause.name : 'no response';
  const events = waiting_events === 1 ? '1 event' : `${waiting_events} events`;
  return `The queue did not accept ${events} within ${timeout_ms} ms: ${reason.replace(/\.$/, '')}. ${end}`;
}

/** Throws an error of a flush as that of a producer that is closed. */
export function throwAsLost(error: unknown): never {
  if (!(error instanceof QueueUnavailableError)) throw error;
  throw new QueueUnavailableError(error.waiting_events, error.timeout_ms, error.cause, true);
}

/** The producer was closed before this event was given to it. */
export class ProducerClosedError extends RunfoldError {
  readonly code = 'producer_closed';
  constructor() {
    super('The producer is closed. Create a new one.');
    this.name = 'ProducerClosedError';
  }
}
