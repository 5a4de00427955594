import type { BatchOutcome } from '../../append/write-batch.js';
import type { PlacedEvent, SettledEvent } from '../../otlp/spans/settle-trace.js';
import type { TraceKey } from './inbox-rows.js';
import type { InboxChanges } from './write-outcome.js';

/**
 * A settled event whose log is on another server than the inbox. Its place is committed here before the event is
 * appended there, so a repeated attempt appends the same event.
 */
export interface DecidedEvent extends TraceKey {
  readonly span: string;
  readonly event: SettledEvent;
}

/** What a transaction of the inbox will write. */
export interface Work extends InboxChanges {
  /** Events to append in the transaction, by project. */
  readonly events: Map<number, SettledEvent[]>;
  /** Events to append after it; undefined if they are appended in it. */
  readonly decided: DecidedEvent[] | undefined;
  /** Traces with decided events. */
  readonly unfinished: TraceKey[];
}

export function createWork(isApart: boolean): Work {
  const decided = isApart ? [] : undefined;
  return { events: new Map(), decided, unfinished: [], changed: [], settled: [], waits: [] };
}

export function addEvents(
  to: Map<number, SettledEvent[]>,
  project: number,
  placed: readonly Pick<PlacedEvent, 'event'>[],
): void {
  if (placed.length === 0) return;
  const known = to.get(project) ?? [];
  for (const { event } of placed) known.push(event);
  to.set(project, known);
}

export function addOutcomes(a: BatchOutcome, b: BatchOutcome): BatchOutcome {
  return {
    applied: a.applied + b.applied,
    duplicate: a.duplicate + b.duplicate,
    rejected: a.rejected + b.rejected,
  };
}
