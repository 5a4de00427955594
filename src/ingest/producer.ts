import { randomUUID } from 'node:crypto';
import { InvalidEventError } from '../events/event-fault.js';
import type {
  MessageInput,
  MetricEventInput,
  RunInput,
  ToolCallInput,
} from '../events/metric-event.js';
import { isRawObject, normalizeEvent } from '../events/normalize-event.js';
import { parseEvent } from '../events/parse-event.js';
import { createEventBuffer } from './event-buffer.js';
import { openQueue } from './open-queue.js';
import { createOutbox, type OutboxStats } from './outbox.js';
import { BufferFullError, ProducerClosedError } from './producer-errors.js';
import type { QueueTarget } from './queue-target.js';

/** Settings of a producer. */
export interface ProducerOptions {
  /** Where the queue lives. */
  readonly queue: QueueTarget;
  /** The project its events belong to. Defaults to 1. */
  readonly project?: number | undefined;
  /** The most events in one job. Defaults to 500. */
  readonly batch_events?: number | undefined;
  /** The most bytes of JSON in one job, roughly. Defaults to 1 MiB. */
  readonly batch_bytes?: number | undefined;
  /** How long an event may wait for others, in milliseconds. Defaults to 5. */
  readonly linger_ms?: number | undefined;
  /** The most events that may wait for the queue. Defaults to 100,000. */
  readonly buffer_events?: number | undefined;
  /** Told of each failed attempt to reach the queue; the producer goes on trying. */
  readonly on_error?: ((error: Error) => void) | undefined;
}

/** Puts metric events on the queue. */
export interface Producer {
  /**
   * Checks an event and takes it; returns its id at once. An event without an id is given a random
   * one, and one without `occurred_at` the present time.
   * @throws InvalidEventError naming the field, what was expected and what came.
   * @throws BufferFullError when the queue has been away for too long.
   * @throws ProducerClosedError after `close`.
   */
  emit(event: MetricEventInput): string;
  /** `emit` of a message. */
  message(event: Omit<MessageInput, 'type'>): string;
  /** `emit` of a tool call. */
  toolCall(event: Omit<ToolCallInput, 'type'>): string;
  /** `emit` of a run's end. */
  run(event: Omit<RunInput, 'type'>): string;
  /**
   * Resolves when the queue durably has every event emitted before the call.
   * @throws QueueUnavailableError after `timeout_ms` (default 30,000); the events stay buffered.
   */
  flush(options?: { readonly timeout_ms?: number | undefined }): Promise<void>;
  /** Flushes, then closes the connection. @throws QueueUnavailableError as `flush` does. */
  close(options?: { readonly timeout_ms?: number | undefined }): Promise<void>;
  /** What has happened so far. */
  stats(): ProducerStats;
}

/** Counts of a producer since it was made. */
export interface ProducerStats extends OutboxStats {
  /** Events taken by `emit`. */
  readonly emitted_events: number;
  /** Events refused by `emit`. */
  readonly refused_events: number;
}

/** Opens a producer. It connects in the background; `emit` may be called at once. */
export async function createProducer(options: ProducerOptions): Promise<Producer> {
  const {
    project = 1,
    batch_events = 500,
    batch_bytes = 1_048_576,
    linger_ms = 5,
    buffer_events = 100_000,
    on_error = () => undefined,
  } = options;
  const queue = await openQueue(options.queue, { onError: on_error });
  const buffer = createEventBuffer({ batch_events, batch_bytes });
  const outbox = createOutbox({
    queue,
    kind: options.queue.kind,
    buffer,
    project,
    onError: on_error,
  });
  let emitted = 0;
  let refused = 0;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;

  const linger = () => {
    timer = undefined;
    outbox.sendAll();
  };

  const emit = (input: MetricEventInput): string => {
    if (closed) throw new ProducerClosedError();
    if (outbox.waiting() >= buffer_events) {
      refused += 1;
      throw new BufferFullError(buffer_events);
    }
    const parsed = parseEvent(withIdAndTime(input));
    if (!parsed.ok) {
      refused += 1;
      throw new InvalidEventError(parsed.faults);
    }
    emitted += 1;
    if (buffer.add(parsed.event)) outbox.sendFull();
    else timer ??= setTimeout(linger, linger_ms);
    return parsed.event.id;
  };

  const flush: Producer['flush'] = async ({ timeout_ms = 30_000 } = {}) => {
    outbox.sendAll();
    await outbox.drained(timeout_ms);
  };

  return {
    emit,
    message: (event) => emit({ ...event, type: 'message' }),
    toolCall: (event) => emit({ ...event, type: 'tool_call' }),
    run: (event) => emit({ ...event, type: 'run' }),
    flush,
    async close(closeOptions) {
      closed = true;
      clearTimeout(timer);
      try {
        await flush(closeOptions);
      } finally {
        outbox.stop();
        await queue.close();
      }
    },
    stats: () => ({ emitted_events: emitted, refused_events: refused, ...outbox.stats() }),
  };
}

/** A copy, so that what the caller does with its object afterwards changes nothing here. */
function withIdAndTime(input: MetricEventInput): unknown {
  if (!isRawObject(input)) return input;
  const event = normalizeEvent(input);
  event.id ??= randomUUID();
  event.occurred_at = isoOf(event.occurred_at ?? new Date());
  return event;
}

function isoOf(at: unknown): unknown {
  // An invalid Date stays as it is, for parseEvent to name it.
  return at instanceof Date && !Number.isNaN(at.getTime()) ? at.toISOString() : at;
}
