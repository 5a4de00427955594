import type { Tier } from '../../tier.js';
import { openSpanInbox } from '../../worker/spans/open-spans.js';
import type { CommandContext } from '../command/command.js';
import type { Occurrences } from './occurrences.js';

/** Traces that one transaction settles. */
const atOnce = 200;

/**
 * Settles the traces of an input that wait: its end is known, so that nothing more of them is to come.
 * What others sent waits on.
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
    // The second time a text comes, it was there before.
    const traces = rows
      .map(({ trace_id }) => ({ project, trace: trace_id.replaceAll('-', '') }))
      .filter(({ trace }) => seen.next(trace) > 1);
    if (traces.length > 0) await inbox.settle({ traces });
    const last = rows.at(-1);
    if (last === undefined || rows.length < atOnce) return;
    after = last.trace_id;
  }
}
