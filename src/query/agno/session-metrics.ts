import type { Database } from '../../postgres/database.js';
import { conditionsOn } from '../conditions.js';
import { gatherRows } from '../readers/readers.js';
import type { SessionOptions } from '../totals/sessions.js';
import {
  type AgnoMetricName,
  type AgnoValue,
  agnoMetricNames,
  combineObjects,
  correctedMessagesSql,
  isObjectMetric,
  isTokenMetric,
  messageOrder,
} from './agno-metrics.js';

type TokenMetric = Extract<AgnoMetricName, `${string}_tokens`>;

/**
 * A session's metrics in Agno 1.x's shape: tokens are summed, 0 if not reported; `time` is summed and
 * `time_to_first_token` is the first value that is not zero, in seconds; token details are added key by key and other
 * objects are merged, later keys win; null if not reported.
 */
export type SessionMetrics = {
  readonly [N in AgnoMetricName]: N extends TokenMetric ? number : AgnoValue<N> | null;
};

/**
 * A session's metrics as Agno 1.x writes them, from the log, in one snapshot; undefined if there is
 * no such session.
 */
export async function getSessionMetrics(
  database: Database,
  options: SessionOptions,
): Promise<SessionMetrics | undefined> {
  const where = conditionsOn('s', options);
  where.is('session_id', 's.session_id', options.session_id);
  const columns = agnoMetricNames.map((name) => `${combinedSql(name)} as ${name}`);
  const [row] = await gatherRows(database, options, (reader) =>
    reader.query<{ metrics: Record<string, unknown> }>(
      `with corrected as (
      ${correctedMessagesSql('m.project = $1 and m.session_id = $2')})
    select row_to_json(x) as metrics from (select ${columns.join(',\n      ')} from corrected c) x
    where exists (select from runfold.sessions s where ${where.sql()})`,
      where.values,
    ),
  );
  if (row === undefined) return undefined;
  const { metrics } = row;
  return Object.fromEntries(
    agnoMetricNames.map((name) => [name, readerValue(name, metrics[name])]),
  ) as unknown as SessionMetrics;
}

function combinedSql(name: AgnoMetricName): string {
  if (name === 'time_to_first_token') {
    return `(array_agg(c.${name} order by ${messageOrder})
        filter (where c.${name} <> 0))[1]`;
  }
  if (!isObjectMetric(name))
    return isTokenMetric(name) ? `coalesce(sum(c.${name}), 0)` : `sum(c.${name})`;
  return `json_agg(c.${name} order by ${messageOrder}) filter (where c.${name} is not null)`;
}

/** The parts of an object arrive as one list per message. */
function readerValue(name: AgnoMetricName, value: unknown): unknown {
  return isObjectMetric(name) && Array.isArray(value) ? combineObjects(name, value.flat()) : value;
}
