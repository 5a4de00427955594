import { nameBasedUuid } from '../../events/event-id.js';
import { asMetricEvent, type MetricEvent } from '../../events/metric-event.js';
import { spanKinds } from '../tables/span-kinds.js';
import { type SpanItem, spanFlags } from './span-item.js';

/** A span in the inbox. */
export interface SpanRow extends SpanItem {
  /** The next span of its chain, if it replaces a missing one or is bound; undefined ends the chain. */
  readonly cutParent?: string | undefined;
}

/** The next row of a row's chain. */
export function parentOf({ flags, parent, cutParent }: SpanRow): string | undefined {
  const { standIn, boundRun, boundSession } = spanFlags;
  return flags & (standIn | boundRun | boundSession) ? cutParent : parent;
}

/** A row and those above it; an id that occurs twice ends the chain. */
export interface Chain {
  readonly rows: readonly SpanRow[];
  /** The row whose parent is missing; undefined if the chain is complete. */
  readonly brokenAt: SpanRow | undefined;
}

export function chainOf(row: SpanRow, find: (span: string) => SpanRow | undefined): Chain {
  const rows = [row];
  const seen = new Set([row.span]);
  for (let last = row; ; ) {
    const above = parentOf(last);
    if (above === undefined || seen.has(above)) return { rows, brokenAt: undefined };
    const next = find(above);
    if (next === undefined) return { rows, brokenAt: last };
    rows.push(next);
    seen.add(above);
    last = next;
  }
}

/** The place of a span, and the placeholders that were passed to find its run and its session. */
export interface Placed {
  /** Undefined if another span reports the same call. */
  readonly event: MetricEvent | undefined;
  readonly wentPast: readonly { readonly span: string; readonly flags: number }[];
}

/** Places an open span by a complete chain. The result depends only on this chain. */
export function placeSpan({ rows }: Chain): Placed {
  const [row] = rows;
  if (row?.event === undefined) return { event: undefined, wentPast: [] };
  const { trace, span, event } = row;
  const { run, parentRun, session, wentPast } = findRunAndSession(rows);
  if (isToldTwice(rows)) return { event: undefined, wentPast };
  const agent = agentOf(rows);
  const named = (name: 'user' | 'team' | 'workflow') =>
    rows.find(({ own }) => own?.[name] !== undefined)?.own?.[name];
  const attributes = {
    parent_run_id: row.kind === spanKinds.run ? parentRun : undefined,
    agent_id: agent?.agent_id,
    agent_name: agent?.agent_name,
    team_id: named('team'),
    workflow_id: named('workflow'),
    user_id: named('user'),
  };
  const placed: Record<string, unknown> = {
    ...event,
    id: nameBasedUuid(`otlp span ${trace}/${span}`),
    run_id: run ?? trace,
    session_id: session ?? trace,
  };
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) placed[name] = value;
  }
  return { event: asMetricEvent(placed), wentPast };
}

/** The run of a row: its own id, or, for a run span without one, an id from its position in the trace. */
function runNamedBy(row: SpanRow): string | undefined {
  if (row.flags & (spanFlags.boundRun | spanFlags.standIn)) return undefined;
  if (row.own?.run !== undefined) return row.own.run;
  if (row.kind !== spanKinds.run) return undefined;
  return row.parent === undefined ? row.trace : `${row.trace}.${row.span}`;
}

function findRunAndSession(rows: readonly SpanRow[]) {
  let run: string | undefined;
  let parentRun: string | undefined;
  let session: string | undefined;
  const wentPast: { span: string; flags: number }[] = [];
  for (const row of rows) {
    if (row.flags & spanFlags.standIn) {
      const flags =
        (run === undefined ? spanFlags.gaveRun : 0) |
        (session === undefined ? spanFlags.gaveSession : 0);
      if ((row.flags & flags) !== flags) wentPast.push({ span: row.span, flags });
      continue;
    }
    const named = runNamedBy(row);
    if (run === undefined) run = named;
    else if (parentRun === undefined && named !== run) parentRun = named;
    if ((row.flags & spanFlags.boundSession) === 0) session ??= row.own?.session;
  }
  return { run, parentRun, session, wentPast };
}

/** The nearest named agent, up to and including the nearest run span. */
function agentOf(rows: readonly SpanRow[]) {
  for (const { own, kind } of rows) {
    if ((own?.agent_id ?? own?.agent_name) !== undefined) return own;
    if (kind === spanKinds.run) return undefined;
  }
  return undefined;
}

/**
 * Whether a span above reports the same call. Of nested model spans, only the first one from the top with
 * tokens counts; a tool span below another never counts.
 */
function isToldTwice(rows: readonly SpanRow[]): boolean {
  const [row, ...above] = rows;
  if (row === undefined || row.kind === spanKinds.run) return false;
  let hasModelAbove = false;
  for (const { kind, flags } of above) {
    if (kind === spanKinds.plain) continue;
    if (kind !== row.kind) break;
    if (row.kind === spanKinds.tool) return true;
    hasModelAbove = true;
    if (flags & spanFlags.metered) return true;
  }
  return hasModelAbove && (row.flags & spanFlags.metered) === 0;
}
