import { tableOf } from '../../projections/fold/fold-sql.js';
import { runProjection } from '../../projections/run.js';
import { timestampSql } from '../../store/sql-units.js';

/**
 * The agent of a session's first run without a parent. `agent_id` is the greatest in byte order, so
 * the session of a lead could be shown as its writer's. This agent is computed when the session is read, because the
 * run without a parent may change with the next event. The order is that of an index. `$1` is the project.
 */
export const rootAgentSql = (alias: string) =>
  `(select x.agent_id from ${tableOf(runProjection)} x
    where x.project = $1 and x.session_id = ${alias}.session_id and x.parent_run_id is null
    order by ${timestampSql('x.started_at_us')}, x.run_id limit 1)`;
