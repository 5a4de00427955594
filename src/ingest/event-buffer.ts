import { randomUUID } from 'node:crypto';
import type { MetricEvent } from '../events/metric-event.js';

/** Events that travel together as one job; its id makes a repeated enqueue harmless. */
export interface Batch {
  readonly job_id: string;
  readonly events: MetricEvent[];
}

/** Bounds of a batch. */
export interface BatchLimits {
  readonly batch_events: number;
  readonly batch_bytes: number;
}

/** The events that wait for the queue, in batches, oldest first. */
export interface EventBuffer {
  /** Adds one event; answers whether a batch is now full. */
  add(event: MetricEvent): boolean;
  /** Takes the oldest batch, full or not. */
  take(): Batch | undefined;
  /** Whether a full batch waits. */
  hasFull(): boolean;
  readonly events: number;
}

/** What an event of the usual fields takes as JSON; long texts come on top. */
const usualBytes = 450;

/** Roughly how many bytes an event takes on the queue: cheap to know, right within a factor of two. */
export function approximateBytes(event: MetricEvent): number {
  let bytes = usualBytes;
  if (event.type === 'tool_call' && typeof event.error === 'string') bytes += event.error.length;
  const extra = event.metrics?.additional_metrics;
  if (extra !== undefined) bytes += JSON.stringify(extra).length;
  return bytes;
}

export function createEventBuffer(limits: BatchLimits): EventBuffer {
  const full: Batch[] = [];
  let open: MetricEvent[] = [];
  let openBytes = 0;
  let fullEvents = 0;
  const seal = () => {
    full.push({ job_id: randomUUID(), events: open });
    fullEvents += open.length;
    open = [];
    openBytes = 0;
  };
  return {
    add(event) {
      open.push(event);
      openBytes += approximateBytes(event);
      if (open.length < limits.batch_events && openBytes < limits.batch_bytes) return false;
      seal();
      return true;
    },
    take() {
      if (full.length === 0 && open.length > 0) seal();
      const batch = full.shift();
      if (batch !== undefined) fullEvents -= batch.events.length;
      return batch;
    },
    hasFull: () => full.length > 0,
    get events() {
      return fullEvents + open.length;
    },
  };
}
