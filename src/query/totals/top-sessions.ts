import { oneOfNames } from '../../events/check/nearest-name.js';
import { describeValue } from '../../events/fault.js';
import type { Database } from '../../postgres/database.js';
import { timestampSql } from '../../store/sql-units.js';
import { conditionsOn, type ProjectOptions, type TimeRange } from '../conditions.js';
import { readRows } from '../json-rows.js';
import { InvalidQueryError } from '../query-errors.js';
import { byAll, byBytes, byNumber, on, reversed } from '../readers/orders.js';
import { gatherSorted } from '../readers/readers.js';
import { rootAgentSql } from './root-agent.js';
import type { SessionTotals } from './totals.js';

/** Figures by which sessions are ranked. */
export const sessionFigures = [
  'cost',
  'total_tokens',
  'input_tokens',
  'output_tokens',
  'time',
  'tool_time',
  'run_time',
  'runs',
  'messages',
  'tool_calls',
  'tool_errors',
] as const;
/** A figure by which sessions are ranked. */
export type SessionFigure = (typeof sessionFigures)[number];

/** Which sessions to rank. `from` and `to` limit their start. */
export interface TopSessionsOptions extends ProjectOptions, TimeRange {
  /** Defaults to `cost`. */
  readonly order_by?: SessionFigure | undefined;
  /** The maximum number of sessions, 1 to 1,000. Defaults to 10. */
  readonly limit?: number | undefined;
}

/**
 * The sessions with the greatest figure. Reads all sessions of the range.
 * @throws InvalidQueryError
 */
export async function getTopSessions(
  database: Database,
  options: TopSessionsOptions = {},
): Promise<SessionTotals[]> {
  const { order_by = 'cost', limit = 10 } = options;
  if (!sessionFigures.includes(order_by)) {
    const expected = oneOfNames(sessionFigures, order_by);
    throw new InvalidQueryError('order_by', expected, describeValue(order_by));
  }
  if (!Number.isInteger(limit) || limit < 1 || limit > 1_000) {
    throw new InvalidQueryError('limit', 'an integer from 1 to 1000', describeValue(limit));
  }
  const where = conditionsOn('r', options);
  where.between('r.started_at', options, timestampSql);
  where.add(`r.${order_by} is not null`);
  const compare = byAll(
    reversed(on((row: SessionTotals) => Number(row[order_by]), byNumber)),
    on((row: SessionTotals) => row.session_id, byBytes),
  );
  return gatherSorted(database, options, { compare, limit }, (reader) =>
    readRows<SessionTotals>(
      reader,
      `select row_to_json(x) as row from (select y.*, ${rootAgentSql('y')} as root_agent_id from (
      select r.* from runfold.sessions r where ${where.sql()}
      order by r.${order_by} desc, r.session_id limit ${limit}) y) x`,
      where.values,
    ),
  );
}
