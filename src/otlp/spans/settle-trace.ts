import type { MetricEvent } from '../../events/metric-event.js';
import { spanKinds } from '../tables/span-kinds.js';
import { type Chain, chainOf, parentOf, placeSpan, type SpanRow } from './place-span.js';
import { spanFlags } from './span-item.js';

/** The known spans of a trace: its open spans, and every span above them that has arrived. */
export interface TraceRows {
  readonly trace: string;
  readonly rows: readonly SpanRow[];
  /** The trace's root, the one with the smallest id; undefined if none has arrived. */
  readonly root: string | undefined;
  /** Spans that have just replaced their placeholders. */
  readonly filled: ReadonlySet<string>;
  /** Whether its wait is over: then every open span is settled. */
  readonly isOver: boolean;
}

/** A settled event. */
export type SettledEvent = MetricEvent;

/** A settled event, and its span. */
export interface PlacedEvent {
  readonly span: string;
  readonly event: SettledEvent;
}

/** The result for a trace. */
export interface Settlement {
  readonly events: readonly PlacedEvent[];
  /** The settled spans, including those that make no event. */
  readonly settled: readonly string[];
  /** Rows to add or to change: placeholders and bound spans. */
  readonly changed: readonly SpanRow[];
  /** Open spans that continue to wait. */
  readonly waiting: number;
  /** Spans that were settled before, and whose events are still to be appended. */
  readonly decided: number;
  /** Whether every missing parent is in another process. */
  readonly isRemote: boolean;
}

/** Settles as many spans of a trace as possible. A pure function of its rows. */
export function settleTrace(given: TraceRows): Settlement {
  const rows = new Map(given.rows.map((row) => [row.span, withoutDecided(row)]));
  const changed = new Map<string, SpanRow>();
  const find = (span: string) => rows.get(span);
  const put = (row: SpanRow) => {
    rows.set(row.span, row);
    changed.set(row.span, row);
  };
  bindParents(given.filled, find, put);

  const open = given.rows.flatMap(({ span }) => {
    const row = rows.get(span);
    return row?.event === undefined ? [] : [row];
  });
  const settled: string[] = [];
  const events: PlacedEvent[] = [];
  let isRemote = true;
  for (const { span } of open) {
    const row = rows.get(span);
    if (row === undefined) continue;
    let chain: Chain = chainOf(row, find);
    while (given.isOver && chain.brokenAt !== undefined) {
      const missing = parentOf(chain.brokenAt) ?? '';
      put(standIn(given.trace, missing, 0, given.root));
      chain = chainOf(row, find);
    }
    if (chain.brokenAt !== undefined) {
      isRemote &&= (chain.brokenAt.flags & spanFlags.remote) !== 0;
      continue;
    }
    const { event, wentPast } = placeSpan(chain);
    if (event !== undefined) events.push({ span, event });
    for (const { span: id, flags } of wentPast) {
      const passed = rows.get(id);
      if (passed !== undefined) put({ ...passed, flags: passed.flags | flags });
    }
    settled.push(span);
  }
  return {
    events,
    settled,
    changed: [...changed.values()],
    waiting: open.length - settled.length,
    decided: given.rows.filter(isDecided).length,
    isRemote,
  };
}

/** Whether a span has been settled and its event is still to be appended. */
const isDecided = ({ event, flags }: SpanRow) =>
  event !== undefined && (flags & spanFlags.decided) !== 0;

/** A decided event keeps its place, whatever arrives later, so its span is as if settled. */
function withoutDecided(row: SpanRow): SpanRow {
  if (!isDecided(row)) return row;
  const { event: _decided, ...rest } = row;
  return rest;
}

function standIn(
  trace: string,
  span: string,
  flags: number,
  cutParent: string | undefined,
): SpanRow {
  return {
    trace,
    span,
    kind: spanKinds.plain,
    flags: spanFlags.standIn | flags,
    cutParent: cutParent === span ? undefined : cutParent,
  };
}

/**
 * A span that arrives after others were settled without it joins their run, and so does its parent if
 * that has not been settled itself: it is bound too, now or when it arrives.
 */
function bindParents(
  filled: ReadonlySet<string>,
  find: (span: string) => SpanRow | undefined,
  put: (row: SpanRow) => void,
): void {
  const { boundRun, boundSession, gaveRun, gaveSession, standIn: standInFlag } = spanFlags;
  const todo = [...filled];
  for (let span = todo.pop(); span !== undefined; span = todo.pop()) {
    const row = find(span);
    const bound = (row?.flags ?? 0) & (boundRun | boundSession);
    if (row === undefined || bound === 0 || row.parent === undefined) continue;
    const gave = (bound & boundRun ? gaveRun : 0) | (bound & boundSession ? gaveSession : 0);
    const parent = find(row.parent);
    if (parent === undefined) {
      put(standIn(row.trace, row.parent, gave, row.cutParent));
    } else if (parent.flags & standInFlag) {
      if ((parent.flags & gave) !== gave) put({ ...parent, flags: parent.flags | gave });
    } else if (
      parent.event !== undefined &&
      (parent.flags & bound) !== bound &&
      parent.span !== row.cutParent
    ) {
      put({ ...parent, flags: parent.flags | bound, cutParent: row.cutParent });
      todo.push(parent.span);
    }
  }
}
