import type { MetricEvent } from '../../events/metric-event.js';
import { spanKinds } from '../tables/span-kinds.js';
import { type Chain, chainOf, parentOf, placeSpan, type SpanRow } from './place-span.js';
import { spanFlags } from './span-item.js';

/** What is known of a trace: its open spans, and every span above them that has come. */
export interface TraceRows {
  readonly trace: string;
  readonly rows: readonly SpanRow[];
  /** The trace's root, the least of them by id; undefined when none has come. */
  readonly root: string | undefined;
  /** Spans that have just taken the place of their stand-ins. */
  readonly filled: ReadonlySet<string>;
  /** Whether its wait is over: then every open span is settled. */
  readonly isOver: boolean;
}

/** An event that is settled. */
export type SettledEvent = MetricEvent;

/** What becomes of a trace. */
export interface Settlement {
  readonly events: readonly MetricEvent[];
  /** The spans whose events are settled, those among them that make none. */
  readonly settled: readonly string[];
  /** Rows to add or to change: stand-ins and bound spans. */
  readonly changed: readonly SpanRow[];
  /** Open spans that wait on. */
  readonly waiting: number;
  /** Whether every parent that is missing is in another process. */
  readonly isRemote: boolean;
}

/** Settles what can be settled of a trace. A pure function of its rows. */
export function settleTrace(given: TraceRows): Settlement {
  const rows = new Map(given.rows.map((row) => [row.span, row]));
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
  const events: MetricEvent[] = [];
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
    if (event !== undefined) events.push(event);
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
    isRemote,
  };
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
 * A span that came after others were settled without it joins them, and so does its parent where
 * that has not been settled itself: it is bound too, or will be when it comes.
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
