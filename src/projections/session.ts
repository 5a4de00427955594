import { timestampSql } from '../store/sql-units.js';
import { defineProjection } from './language/projection.js';
import type { Measure } from './measures/kinds.js';
import { runProjection } from './run.js';

const {
  // Measures of one run that have no meaning for a session.
  status: _status,
  parent_run_id: _parent,
  agent_name: _name,
  ended_period: _period,
  ...perRun
} = runProjection.measures;

/** Totals of one session: the sum of its runs. */
export const sessionProjection = defineProjection({
  name: 'session',
  view: 'sessions',
  doc: 'One row per session: the totals of its runs.',
  from: runProjection,
  key: {
    project: runProjection.key.project,
    session_id: runProjection.key.session_id,
  },
  measures: {
    runs: { fold: 'rows', doc: 'Runs' } as Measure,
    ...perRun,
  },
  indexes: {
    session_started_at: { on: ['project', timestampSql('started_at_us'), 'session_id'] },
    session_user_id: { on: ['project', 'user_id', timestampSql('started_at_us'), 'session_id'] },
  },
});
