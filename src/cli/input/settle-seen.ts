import type { Tier } from '../../tier.js';
import { openSpanInbox } from '../../worker/spans/open-spans.js';
import type { CommandContext } from '../command/command.js';
import type { Occurrences } from './occurrences.js';

/** The maximum number of traces that one transaction settles. */
const atOnce = 200;

/**
 * Settles the waiting traces of an input: at its end, no more of their spans will arrive. Spans from other
 * sources continue to wait.
 */
export async function settleSeen(
  { settings }: CommandContext,
  tier: Tier,
  seen: Occurrences,
  signal: AbortSignal,
): Promise<void> {
  const { database } = tier;
  const { project } = settings;
  const inbox = openSpanInbox({
    database,
    span_wait_seconds: settings.otlp_wait_seconds,
  });
  let after = '00000000-0000-0000-0000-000000000000';
  while (!signal.aborted) {
    const rows = await database.query<{ trace_id: string }>(
      `select trace_id from runfold_internal.otlp_trace
      where project = $1 and due_at is not null and trace_id > $2 order by trace_id limit ${atOnce}`,
      [project, after],
    );
    // If a trace occurs a second time, it has been settled.
    const traces = rows
      .map(({ trace_id }) => ({ project, trace: trace_id.replaceAll('-', '') }))
      .filter(({ trace }) => seen.next(trace) > 1);
    if (traces.length > 0) await inbox.settle({ traces });
    const last = rows.at(-1);
    if (last === undefined || rows.length < atOnce) return;
    after = last.trace_id;
  }
}
