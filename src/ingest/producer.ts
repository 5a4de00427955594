import { randomUUID } from 'node:crypto';
import { isRawObject } from '../events/check/normalize-event.js';
import { readEvent } from '../events/check/read-event.js';
import { emptyRow, indexes } from '../events/columns/event-row.js';
import { InvalidEventError } from '../events/fault.js';
import type {
  EventType,
  MessageInput,
  MetricEventInput,
  RunInput,
  ToolCallInput,
} from '../events/metric-event.js';
import { openJobQueues } from '../queue/job-queues.js';
import { hasFailover } from '../queue/queue-spread.js';
import type { QueueTarget } from '../queue/queue-target.js';
import { createEventBuffer } from './event-buffer.js';
import { harmless } from './harmless.js';
import { type JobWriter, toQueues, toWriter } from './job-destination.js';
import { createOutbox, type OutboxStats } from './outbox.js';
import { BufferFullError, ProducerClosedError, throwAsLost } from './producer-errors.js';
import { chooseQueues, onlyQueue } from './queue-choice.js';
import { faultsOfRefused } from './refused-event.js';
import { createReplayWindow } from './replay-window.js';
import { createRun, type Run, type RunAttributes } from './run.js';

/** Settings of a producer. */
export interface ProducerOptions {
  /** The queue to connect to. */
  readonly queue: QueueTarget;
  /** The project of its events. Defaults to 1. */
  readonly project?: number | undefined;
  /** The maximum number of events per job. Defaults to 500; at most 10,000. */
  readonly events_per_job?: number | undefined;
  /** The maximum size of a job in bytes of JSON, roughly. Defaults to 1 MiB; at most 4 MiB. */
  readonly bytes_per_job?: number | undefined;
  /** How long an event may wait for others, in milliseconds. Defaults to 5; to 20 with several queues. */
  readonly linger_ms?: number | undefined;
  /** The maximum number of events that wait for the queue. Defaults to 100,000. */
  readonly max_buffered_events?: number | undefined;
  /** The maximum size in bytes, roughly, of the events that wait for the queue. Defaults to 64 MiB. */
  readonly max_buffered_bytes?: number | undefined;
  /**
   * How long acknowledged events are kept, in milliseconds, to be sent again after a failover.
   * Defaults to 10,000 with Redis Cluster and Sentinel, otherwise to 0.
   */
  readonly replay_ms?: number | undefined;
  /** The maximum number of bytes that are kept for that, approximately. Defaults to 64 MiB. */
  readonly max_replay_bytes?: number | undefined;
  /** Called for each failed attempt to reach the queue; the producer retries. If it throws, that becomes a warning. */
  readonly on_error?: ((error: Error) => void) | undefined;
}

/** Puts metric events on the queue. */
export interface Producer {
  /**
   * Checks an event and puts it into the buffer; returns its id at once. An event without an id gets a random
   * one; an event without `occurred_at` gets the current time.
   * @throws InvalidEventError with the field, what was expected and what it got
   * @throws BufferFullError if the queue has been unavailable for too long
   * @throws ProducerClosedError after `close`.
   */
  emit(event: MetricEventInput): string;
  /** `emit` of a message. */
  message(event: Omit<MessageInput, 'type'>): string;
  /** `emit` of a tool call. */
  toolCall(event: Omit<ToolCallInput, 'type'>): string;
  /** `emit` of a run's end. */
  run(event: Omit<RunInput, 'type'>): string;
  /** Starts a run: its messages, tool calls and end have these attributes. */
  startRun(attributes?: RunAttributes): Run;
  /**
   * Resolves when every event that was emitted before the call is durably on the queue.
   * @throws QueueUnavailableError after `timeout_ms` (default 30,000); the events stay buffered.
   */
  flush(options?: { readonly timeout_ms?: number | undefined }): Promise<void>;
  /** Flushes, then closes the connection. @throws QueueUnavailableError as `flush` does, but its events are lost */
  close(options?: { readonly timeout_ms?: number | undefined }): Promise<void>;
  /** The counts so far. */
  stats(): ProducerStats;
}

/** Counts of a producer since it was created. */
export interface ProducerStats extends OutboxStats {
  /** Events that `emit` accepted. */
  readonly emitted_events: number;
  /** Events that `emit` refused. */
  readonly refused_events: number;
}

/** Opens a producer. It connects in the background; `emit` may be called at once. */
export function createProducer(options: ProducerOptions): Promise<Producer> {
  return openProducer(options);
}

/** The same. With its own writer, a worker of this process, jobs bypass the queue. */
export async function openProducer(options: ProducerOptions, own?: JobWriter): Promise<Producer> {
  const {
    project = 1,
    events_per_job = 500,
    bytes_per_job = 1_048_576,
    replay_ms = hasFailover(options.queue) ? 10_000 : 0,
    max_replay_bytes = 64 * 1_048_576,
    max_buffered_events = 100_000,
    max_buffered_bytes = 64 * 1_048_576,
    on_error,
  } = options;
  const onError = harmless(on_error);
  expectAtMost('events_per_job', events_per_job, 10_000);
  expectAtMost('bytes_per_job', bytes_per_job, 4 * 1_048_576);
  const queues = await openJobQueues(options.queue, { onError });
  const { linger_ms = queues.names().length > 1 ? 20 : 5 } = options;
  const [only = ''] = queues.names();
  const choice = queues.is_spread ? chooseQueues(project, queues.names) : onlyQueue(only);
  const buffer = createEventBuffer({ events_per_job, bytes_per_job }, choice);
  const { findMasters } = queues.connected;
  const replay =
    replay_ms > 0 && findMasters !== undefined
      ? createReplayWindow({
          keep_ms: replay_ms,
          max_bytes: max_replay_bytes,
          findMasters,
          onError,
        })
      : undefined;
  const destination = own ? toWriter(own, project) : toQueues(queues, project, replay);
  const outbox = createOutbox({ destination, replay, buffer, onError });
  // The caller may change its object after `emit`, because the values are in the buffer.
  const row = emptyRow();
  let emitted = 0;
  let refused = 0;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;

  const linger = () => {
    timer = undefined;
    choice.turn();
    outbox.sendAll();
  };

  const refuse = (capacity: number, unit: 'events' | 'bytes'): never => {
    refused += 1;
    throw new BufferFullError(capacity, unit);
  };

  /** Accepts an event with a given type, or with the type that it names. */
  const take = (input: unknown, type?: EventType): string => {
    if (closed) throw new ProducerClosedError();
    if (outbox.waiting() >= max_buffered_events) return refuse(max_buffered_events, 'events');
    if (outbox.waitingBytes() >= max_buffered_bytes) return refuse(max_buffered_bytes, 'bytes');
    if (!isRawObject(input) || !readEvent(input, row, type)) {
      row.fill(undefined);
      // A copy with its type would work too, but an object made by `...` is slow to read.
      if (type !== undefined && isRawObject(input)) return take({ ...input, type });
      refused += 1;
      throw new InvalidEventError(faultsOfRefused(input));
    }
    row[indexes.id] ??= randomUUID();
    const id = row[indexes.id] as string;
    row[indexes.occurred_at_us] ??= Date.now() * 1000;
    emitted += 1;
    if (buffer.add(row)) outbox.sendFull();
    else timer ??= setTimeout(linger, linger_ms);
    return id;
  };

  const flush: Producer['flush'] = async ({ timeout_ms = 30_000 } = {}) => {
    outbox.sendAll();
    await outbox.drained(timeout_ms);
  };

  return {
    emit: (event) => take(event),
    message: (event) => take(event, 'message'),
    toolCall: (event) => take(event, 'tool_call'),
    run: (event) => take(event, 'run'),
    startRun: (attributes) => createRun(take, attributes),
    flush,
    async close(closeOptions = {}) {
      const { timeout_ms = 30_000 } = closeOptions;
      const end = performance.now() + timeout_ms;
      closed = true;
      clearTimeout(timer);
      try {
        await flush(closeOptions).catch(throwAsLost);
      } finally {
        outbox.stop();
        await replay?.close(end - performance.now());
        await queues.close();
      }
    },
    stats: () => ({ emitted_events: emitted, refused_events: refused, ...outbox.stats() }),
  };
}

/** The limits of the options; a worker rejects much larger jobs. */
function expectAtMost(name: string, value: number, most: number): void {
  if (value <= most) return;
  throw new RangeError(`${name}: expected at most ${most}, got ${value}.`);
}
