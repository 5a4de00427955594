import type { Database } from '../../postgres/database.js';
import { conditionsOn } from '../conditions.js';
import { AmbiguousRunError } from '../query-errors.js';
import { queryRun } from '../spread/run-place.js';
import type { RunOptions } from '../totals/runs.js';
import {
  type AgnoMetricName,
  type AgnoValue,
  agnoMetricNames,
  combineObjects,
  correctedMessagesSql,
  isObjectMetric,
  messageOrder,
} from './agno-metrics.js';

/**
 * A run's metrics in Agno 1.x's shape: for each metric one value per assistant message in order.
 * Zeros are kept and values that were not reported are skipped, so lists may differ in length; a metric that no
 * message reported is absent. Tokens, and seconds to the microsecond.
 */
export type RunMetrics = { readonly [N in AgnoMetricName]?: readonly AgnoValue<N>[] };

interface Answer {
  readonly session_ids: readonly string[] | null;
  readonly messages: readonly Record<string, unknown>[] | null;
}

/**
 * A run's metrics as Agno 1.x writes them, from the log, in one snapshot; undefined if there is no
 * such run. A correction adds to the message of the run that it corrects. If it matches none, it
 * is a separate value, so that the values add up to the totals.
 * @throws AmbiguousRunError if several sessions have a run with this id and none is named
 */
export async function getRunMetrics(
  database: Database,
  options: RunOptions,
): Promise<RunMetrics | undefined> {
  const where = conditionsOn('r', options);
  where.is('run_id', 'r.run_id', options.run_id);
  where.equal('session_id', 'r.session_id', options.session_id);
  const [answer] = await queryRun<Answer & Record<string, unknown>>(
    database,
    options,
    `with place as (
      select r.session_id from runfold.runs r where ${where.sql()} order by 1 limit 11),
    corrected as (
      ${correctedMessagesSql(
        'm.project = $1 and m.run_id = $2 and m.session_id = any(array(select session_id from place))',
      )})
    select (select json_agg(session_id) from place) as session_ids,
      (select json_agg(c order by ${messageOrder}) from corrected c)
        as messages`,
    where.values,
  );
  const sessions = answer?.session_ids ?? [];
  if (sessions.length === 0) return undefined;
  if (sessions.length > 1) throw new AmbiguousRunError(options.run_id, sessions);
  return listsOf(answer?.messages ?? []);
}

function listsOf(messages: readonly Record<string, unknown>[]): RunMetrics {
  const lists: [string, unknown[]][] = agnoMetricNames.map((name) => [
    name,
    messages
      .map((message) => readerValue(name, message[name]))
      .filter((value) => value !== null && value !== undefined),
  ]);
  return Object.fromEntries(lists.filter(([, values]) => values.length > 0));
}

function readerValue(name: AgnoMetricName, value: unknown): unknown {
  return isObjectMetric(name) && Array.isArray(value) ? combineObjects(name, value) : value;
}
