import type { Database } from '../../postgres/database.js';
import { conditionsOn } from '../conditions.js';
import { AmbiguousRunError } from '../query-errors.js';
import { gatherRows } from '../readers/readers.js';
import { queryRun } from '../spread/run-place.js';
import type { RunOptions } from '../totals/runs.js';
import type { SessionOptions } from '../totals/sessions.js';
import {
  type Agno2Details,
  type Agno2Sums,
  agno2Metrics,
  type ModelRow,
  modelRowsSql,
  modelsSql,
} from './agno2-metrics.js';

/** A session's metrics in the shape of Agno 2.x's `SessionMetrics`. */
export interface Agno2SessionMetrics extends Agno2Sums {
  readonly details?: Agno2Details;
}

/** A run's metrics in the shape of Agno 2.x's `RunMetrics`, without those of its members. */
export interface Agno2RunMetrics extends Agno2SessionMetrics {
  /** Seconds until the run's first token; otherwise the first value that one of its messages reports. */
  readonly time_to_first_token?: number;
  /** Seconds that the run took, if its end reports them. */
  readonly duration?: number;
}

interface Answer extends Record<string, unknown> {
  readonly session_ids: readonly string[] | null;
  readonly models: readonly ModelRow[] | null;
  readonly duration: number | null;
  readonly time_to_first_token: number | null;
}

/**
 * A run's metrics as Agno 2.x writes them, from the log, in one snapshot, including corrections; undefined if
 * there is no such run.
 * @throws AmbiguousRunError if several sessions have a run with this id and none is named
 */
export async function getAgno2RunMetrics(
  database: Database,
  options: RunOptions,
): Promise<Agno2RunMetrics | undefined> {
  const where = conditionsOn('r', options);
  where.is('run_id', 'r.run_id', options.run_id);
  where.equal('session_id', 'r.session_id', options.session_id);
  const inPlace = '= any(array(select session_id from place))';
  const [answer] = await queryRun<Answer>(
    database,
    options,
    `with place as (
      select r.session_id, r.run_time from runfold.runs r where ${where.sql()} order by 1 limit 11),
    ${modelsSql(`m.project = $1 and m.run_id = $2 and m.session_id ${inPlace}`)}
    select (select json_agg(session_id) from place) as session_ids,
      ${modelRowsSql} as models,
      (select max(run_time)::float8 from place) as duration,
      coalesce(
        (select max(e.time_to_first_token) from runfold.events e
          where e.project = $1 and e.session_id ${inPlace} and e.run_id = $2 and e.type = 'run'),
        (select c.time_to_first_token from corrected c where c.time_to_first_token > 0
          order by c.at, c.sequence, c.id limit 1))::float8 as time_to_first_token`,
    where.values,
  );
  const sessions = answer?.session_ids ?? [];
  if (answer === undefined || sessions.length === 0) return undefined;
  if (sessions.length > 1) throw new AmbiguousRunError(options.run_id, sessions);
  const { duration, time_to_first_token } = answer;
  const { details, ...sums } = agno2Metrics(answer.models ?? []);
  return {
    ...sums,
    ...(time_to_first_token ? { time_to_first_token } : {}),
    ...(duration ? { duration } : {}),
    ...(details === undefined ? {} : { details }),
  };
}

/** A session's metrics as Agno 2.x writes them, including members; undefined if there is no such session. */
export async function getAgno2SessionMetrics(
  database: Database,
  options: SessionOptions,
): Promise<Agno2SessionMetrics | undefined> {
  const where = conditionsOn('s', options);
  where.is('session_id', 's.session_id', options.session_id);
  const [answer] = await gatherRows(database, options, (reader) =>
    reader.query<Pick<Answer, 'models'>>(
      `with ${modelsSql('m.project = $1 and m.session_id = $2')}
    select ${modelRowsSql} as models
    where exists (select from runfold.sessions s where ${where.sql()})`,
      where.values,
    ),
  );
  return answer === undefined ? undefined : agno2Metrics(answer.models ?? []);
}
