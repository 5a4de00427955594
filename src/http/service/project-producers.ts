import { setImmediate as turn } from 'node:timers/promises';
import { type EventFault, InvalidEventError } from '../../events/fault.js';
import type { MetricEventInput } from '../../events/metric-event.js';
import { createProducer, type Producer } from '../../ingest/producer.js';
import { BufferFullError } from '../../ingest/producer-errors.js';
import type { QueueTarget } from '../../queue/queue-target.js';
import { unavailable } from '../problems/problem.js';
import type { HttpLimits } from './http-limits.js';
import type { QueueRoom } from './queue-room.js';

/** The outcome of sent events: those with an id are durably on the queue. */
export interface Sent {
  /** By index; undefined for invalid events. */
  readonly ids: readonly (string | undefined)[];
  /** By index, for invalid events. */
  readonly faults: ReadonlyMap<number, readonly EventFault[]>;
}

/** One producer per project, opened when it is first needed. */
export interface ProjectProducers {
  /**
   * Checks events and sends them to the queue; resolves when the valid ones are durably on it. Accepts
   * none of them while the queue is known to be unavailable or the buffer has no room for all.
   * @throws BufferFullError, QueueUnavailableError, or ProblemError 429 or 503
   */
  send(project: number, events: readonly unknown[]): Promise<Sent>;
  /** Events waiting for the queue, of all projects. */
  waiting(): number;
  /** Sends what is buffered, and closes. */
  close(options?: { readonly timeout_ms?: number | undefined }): Promise<void>;
}

interface Slot {
  readonly producer: Producer;
  /** Requests in flight, and the events that they have not emitted yet. */
  users: number;
  reserved: number;
  /** How many events the queue had acknowledged when it last failed; undefined if it never failed. */
  failedAt: number | undefined;
  used: number;
}

/** The maximum number of producers: each has a connection to the queue. */
const mostProducers = 64;
/** The number of events to check before other requests get a turn. */
const stretch = 50;

export function createProjectProducers(options: {
  readonly queue: QueueTarget;
  readonly limits: HttpLimits;
  readonly room: QueueRoom;
  readonly onError: (error: Error) => void;
}): ProjectProducers {
  const { queue, limits, room, onError } = options;
  const slots = new Map<number, Promise<Slot>>();
  const opened = new Map<number, Slot>();

  const openSlot = async (project: number): Promise<Slot> => {
    const slot: Slot = {
      producer: await createProducer({
        queue,
        project,
        // Space in the buffer is reserved below, for whole requests.
        max_buffered_events: limits.buffer_events * 2,
        max_buffered_bytes: Infinity,
        on_error: (error) => {
          slot.failedAt = slot.producer.stats().acknowledged_events;
          onError(error);
        },
      }),
      users: 0,
      reserved: 0,
      failedAt: undefined,
      used: 0,
    };
    opened.set(project, slot);
    return slot;
  };

  const makeRoom = async () => {
    const idle = [...opened]
      .filter(([, slot]) => slot.users === 0 && slot.producer.stats().waiting_events === 0)
      .sort(([, a], [, b]) => a.used - b.used);
    const [oldest] = idle;
    if (oldest === undefined)
      throw unavailable('busy', 'Too many projects are sending at the same time. Retry shortly.');
    const [project, { producer }] = oldest;
    slots.delete(project);
    opened.delete(project);
    await producer.close();
  };

  const acquire = async (project: number): Promise<Slot> => {
    let slot = slots.get(project);
    if (slot === undefined) {
      if (slots.size >= mostProducers) await makeRoom();
      slot = slots.get(project) ?? openSlot(project);
      slots.set(project, slot);
      slot.catch(() => slots.delete(project));
    }
    const ready = await slot;
    ready.users += 1;
    ready.used = performance.now();
    return ready;
  };

  return {
    async send(project, events) {
      if (events.length === 0) return { ids: [], faults: new Map() };
      room.expect();
      const slot = await acquire(project);
      const { producer } = slot;
      try {
        const { waiting_events, waiting_bytes, acknowledged_events } = producer.stats();
        if (waiting_events > 0 && slot.failedAt === acknowledged_events) {
          throw unavailable('queue_unavailable', 'The queue has not responded yet. Retry shortly.');
        }
        if (waiting_events + slot.reserved + events.length > limits.buffer_events) {
          throw new BufferFullError(limits.buffer_events);
        }
        if (waiting_bytes >= limits.buffer_bytes) {
          throw new BufferFullError(limits.buffer_bytes, 'bytes');
        }
        const ids: (string | undefined)[] = [];
        const faults = new Map<number, readonly EventFault[]>();
        slot.reserved += events.length;
        try {
          for (const event of events) {
            ids.push(emit(producer, event, (found) => faults.set(ids.length, found)));
            slot.reserved -= 1;
            // Listing the faults of one event takes as long as checking many.
            if (ids.length % stretch === 0 || faults.has(ids.length - 1)) await turn();
          }
        } finally {
          slot.reserved -= events.length - ids.length;
        }
        await producer.flush({ timeout_ms: limits.queue_timeout_ms });
        return { ids, faults };
      } finally {
        slot.users -= 1;
      }
    },
    waiting: () =>
      [...opened.values()].reduce((sum, { producer }) => sum + producer.stats().waiting_events, 0),
    async close(how) {
      const ready = await Promise.allSettled(slots.values());
      const closing = ready.flatMap((one) =>
        one.status === 'fulfilled' ? [one.value.producer.close(how)] : [],
      );
      const failed = (await Promise.allSettled(closing)).find(
        ({ status }) => status === 'rejected',
      );
      if (failed?.status === 'rejected') throw failed.reason;
    },
  };
}

function emit(
  producer: Producer,
  event: unknown,
  onFault: (faults: readonly EventFault[]) => void,
): string | undefined {
  try {
    // `emit` checks its argument.
    return producer.emit(event as MetricEventInput);
  } catch (error) {
    if (!(error instanceof InvalidEventError)) throw error;
    onFault(error.faults);
    return undefined;
  }
}
