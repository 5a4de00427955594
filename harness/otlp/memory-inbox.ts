import type { MetricEvent } from '#runfold/events/metric-event.js';
import type { SpanRow } from '#runfold/otlp/spans/place-span.js';
import { settleTrace } from '#runfold/otlp/spans/settle-trace.js';
import { type SpanItem, spanFlags } from '#runfold/otlp/spans/span-item.js';

/**
 * The inbox of spans in memory, with the rules of the real one, for properties that need many
 * tries.
 */
export interface MemoryInbox {
  readonly events: MetricEvent[];
  /** Takes spans as one batch of a worker. */
  add(items: readonly SpanItem[]): void;
  /** Ends the wait of one trace, or of all. */
  endWait(trace?: string): void;
  waiting(): number;
}

export function createMemoryInbox(): MemoryInbox {
  const traces = new Map<string, Map<string, SpanRow>>();
  const roots = new Map<string, string>();
  const events: MetricEvent[] = [];

  const settle = (trace: string, filled: ReadonlySet<string>, isOver: boolean) => {
    const rows = traces.get(trace) ?? new Map<string, SpanRow>();
    const outcome = settleTrace({
      trace,
      rows: [...rows.values()],
      root: roots.get(trace),
      filled,
      isOver,
    });
    events.push(...outcome.events.map(({ event }) => event));
    for (const row of outcome.changed) {
      const { event: _gone, ...rest } = row;
      rows.set(row.span, row.event === undefined ? rest : row);
    }
    for (const span of outcome.settled) {
      const { event: _settled, ...rest } = rows.get(span) as SpanRow;
      rows.set(span, rest);
    }
    return outcome.waiting;
  };

  return {
    events,
    add(items) {
      const filled = new Map<string, Set<string>>();
      for (const item of items) {
        const rows = traces.get(item.trace) ?? new Map<string, SpanRow>();
        traces.set(item.trace, rows);
        filled.set(item.trace, filled.get(item.trace) ?? new Set());
        const before = rows.get(item.span);
        if (before !== undefined && (before.flags & spanFlags.standIn) === 0) continue;
        if (item.parent === undefined) {
          const root = roots.get(item.trace);
          if (root === undefined || item.span < root) roots.set(item.trace, item.span);
        }
        if (before === undefined) {
          rows.set(item.span, item);
          continue;
        }
        const bound =
          (before.flags & spanFlags.gaveRun ? spanFlags.boundRun : 0) |
          (before.flags & spanFlags.gaveSession ? spanFlags.boundSession : 0);
        rows.set(item.span, { ...item, flags: item.flags | bound, cutParent: before.cutParent });
        filled.get(item.trace)?.add(item.span);
      }
      for (const [trace, spans] of filled) settle(trace, spans, false);
    },
    endWait(only) {
      for (const trace of traces.keys()) {
        if (only === undefined || only === trace) settle(trace, new Set(), true);
      }
    },
    waiting: () =>
      [...traces.values()].flatMap((rows) => [...rows.values()]).filter((row) => row.event).length,
  };
}
