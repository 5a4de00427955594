import type { LogCounts } from '../../logs/log-summary.js';
import type { Database } from '../../postgres/database.js';
import { getUsage } from '../../query/usage/get-usage.js';
import { readRange } from '../options/range-options.js';

/** The current figures of `runfold watch`. */
export interface WatchStatus {
  /** Of the current day in this machine's time zone. */
  readonly today: {
    readonly messages: number;
    readonly total_tokens: number;
    readonly cost: number;
    /** Messages without a price: if above 0, the true cost is higher than `cost`. */
    readonly unpriced_messages: number;
  };
  /** Counts of what was read since the start. */
  readonly read: {
    readonly messages: number;
    readonly tool_calls: number;
    readonly corrections: number;
    readonly sessions: number;
    readonly invalid_lines: number;
  };
}

/** Reads the status. */
export async function watchStatus(
  database: Database,
  project: number,
  counts: LogCounts,
): Promise<WatchStatus> {
  const { from, time_zone } = readRange({ since: '1d' });
  const { rows } = await getUsage(database, {
    project,
    from,
    time_zone,
    bucket: 'day',
    fill: false,
    quantiles: false,
  });
  const day = new Intl.DateTimeFormat('sv-SE', { timeZone: time_zone }).format(new Date());
  const today = rows.find(({ bucket_local }) => bucket_local?.startsWith(day));
  return {
    today: {
      messages: today?.assistant_messages ?? 0,
      total_tokens: today?.total_tokens ?? 0,
      cost: today?.cost ?? 0,
      unpriced_messages: today?.unpriced_messages ?? 0,
    },
    read: {
      messages: counts.messages,
      tool_calls: counts.tool_calls,
      corrections: counts.corrections,
      sessions: counts.seenSessions.size,
      invalid_lines: counts.invalid_lines,
    },
  };
}
