import { nameOfCode, runStatuses } from '../events/codes.js';
import { textType } from '../events/columns/log-columns.js';
import { codeSql } from '../store/sql-units.js';
import { defineProjection } from './language/projection.js';
import { runProjection } from './run.js';
import { hourKey, optionalText, quarterKey } from './time-buckets.js';

/**
 * Ended runs by the quarter of an hour in which they ended. Each run event counts at its own time:
 * a run that fails and is resumed ends twice.
 */
export const runUsageProjection = defineProjection({
  name: 'run_usage',
  view: 'run_usage',
  doc: 'One row per quarter of an hour, agent, team, workflow and status: the run events.',
  where: [{ type: 'run' }],
  key: {
    project: runProjection.key.project,
    bucket: quarterKey,
    agent_id: optionalText('agent_id', 'The agent'),
    team_id: optionalText('team_id', 'The team'),
    workflow_id: optionalText('workflow_id', 'The workflow'),
    status: {
      type: 'smallint',
      sql: 'coalesce(e.status, 0)::smallint',
      shown: {
        name: 'status',
        sql: (column) => codeSql(column, runStatuses),
        read: (stored) => nameOfCode(runStatuses, stored),
      },
      doc: 'How the runs ended: completed, error, cancelled or paused',
    },
  },
  measures: {
    runs: { fold: 'count', doc: 'Run events: ends of runs, or pauses' },
    run_time_us: {
      fold: 'sum',
      of: 'time_us',
      unit: 'seconds',
      doc: 'Wall-clock time they reported',
    },
    time_levels: {
      fold: 'histogram',
      of: 'time_us',
      unit: 'seconds',
      isThin: true,
      doc: 'Times',
    },
  },
});

/** The same by the hour. */
export const runUsageHourProjection = defineProjection({
  name: 'run_usage_hour',
  doc: 'One row per hour, agent, team, workflow and status: the run events.',
  from: runUsageProjection,
  key: {
    project: runProjection.key.project,
    hour: hourKey,
    agent_id: { type: textType, doc: 'The agent' },
    team_id: { type: textType, doc: 'The team' },
    workflow_id: { type: textType, doc: 'The workflow' },
    status: { type: 'smallint', doc: 'How the runs ended' },
  },
  measures: runUsageProjection.measures,
});
