import { randomUUID } from 'node:crypto';
import type { EventRow } from '../events/columns/event-row.js';
import { createPacker, type EventPacker } from '../events/columns/pack-columns.js';
import type { QueueChoice } from './queue-choice.js';

/** Events that are sent together as one job; because of its id, sending the job again does no harm. */
export interface Batch {
  readonly job_id: string;
  readonly events: number;
  /** The events by column, as JSON text. */
  readonly columns: string;
  /** The queue that it goes to. */
  readonly queue: string;
}

/** The limits of a job. */
export interface BatchLimits {
  readonly events_per_job: number;
  readonly bytes_per_job: number;
}

/** The events that wait for the queue, in jobs, oldest first. */
export interface EventBuffer {
  /** Adds one event and clears its row; returns whether a job is now full. */
  add(row: EventRow): boolean;
  /** Takes the oldest batch, full or not. With `queue`, only if that batch goes there. */
  take(queue?: string): Batch | undefined;
  /** Whether a full job is waiting. */
  hasFull(): boolean;
  readonly events: number;
  /** Bytes of JSON, roughly. */
  readonly bytes: number;
}

/** Each queue has separate batches. */
export function createEventBuffer(limits: BatchLimits, choice: QueueChoice): EventBuffer {
  const full: Batch[] = [];
  const packers = new Map<string, EventPacker>();
  let events = 0;
  let bytes = 0;
  const seal = (queue: string, open: EventPacker) => {
    const before = open.bytes;
    const batch = { job_id: randomUUID(), events: open.size, columns: open.take(), queue };
    full.push(batch);
    bytes += batch.columns.length - before;
  };
  const openFor = (queue: string): EventPacker => {
    const open = createPacker(limits.events_per_job);
    packers.set(queue, open);
    return open;
  };
  return {
    add(row) {
      const queue = choice.queueOf(row);
      const open = packers.get(queue) ?? openFor(queue);
      const before = open.bytes;
      open.add(row);
      events += 1;
      bytes += open.bytes - before;
      if (open.size < limits.events_per_job && open.bytes < limits.bytes_per_job) return false;
      seal(queue, open);
      choice.next();
      return true;
    },
    take(queue) {
      if (full.length === 0) {
        for (const [name, open] of packers) if (open.size > 0) seal(name, open);
      }
      if (queue !== undefined && full[0]?.queue !== queue) return undefined;
      const batch = full.shift();
      events -= batch?.events ?? 0;
      bytes -= batch?.columns.length ?? 0;
      return batch;
    },
    hasFull: () => full.length > 0,
    get events() {
      return events;
    },
    get bytes() {
      return bytes;
    },
  };
}
