import { randomUUID } from 'node:crypto';
import type { Cells } from '../events/columns/event-row.js';
import { createPacker } from '../events/columns/packed-columns.js';

/** Events that travel together as one job; its id makes a repeated enqueue harmless. */
export interface Batch {
  readonly job_id: string;
  readonly events: number;
  /** The events by column, as JSON text. */
  readonly columns: string;
}

/** Bounds of a batch. */
export interface BatchLimits {
  readonly events_per_job: number;
  readonly bytes_per_job: number;
}

/** The events that wait for the queue, in batches, oldest first. */
export interface EventBuffer {
  /** Adds one event, whose cells it clears; answers whether a batch is now full. */
  add(cells: Cells): boolean;
  /** Takes the oldest batch, full or not. */
  take(): Batch | undefined;
  /** Whether a full batch waits. */
  hasFull(): boolean;
  readonly events: number;
  /** Bytes of JSON, roughly. */
  readonly bytes: number;
}

export function createEventBuffer(limits: BatchLimits): EventBuffer {
  const full: Batch[] = [];
  const open = createPacker(limits.events_per_job);
  let fullEvents = 0;
  let fullBytes = 0;
  const seal = () => {
    const events = open.size;
    const columns = open.take();
    full.push({ job_id: randomUUID(), events, columns });
    fullEvents += events;
    fullBytes += columns.length;
  };
  return {
    add(cells) {
      open.add(cells);
      if (open.size < limits.events_per_job && open.bytes < limits.bytes_per_job) return false;
      seal();
      return true;
    },
    take() {
      if (full.length === 0 && open.size > 0) seal();
      const batch = full.shift();
      fullEvents -= batch?.events ?? 0;
      fullBytes -= batch?.columns.length ?? 0;
      return batch;
    },
    hasFull: () => full.length > 0,
    get events() {
      return fullEvents + open.size;
    },
    get bytes() {
      return fullBytes + open.bytes;
    },
  };
}
