import { textType } from '../events/columns/log-columns.js';
import { defineProjection } from './language/projection.js';
import { messageMeasures } from './measures/message-measures.js';
import { runProjection } from './run.js';
import { hourKey } from './time-buckets.js';
import { userUsageProjection } from './user-usage.js';

const { agent_id, team_id, workflow_id } = userUsageProjection.key;

/**
 * What each agent used of each model, by the quarter of an hour: the messages of all users. Whatever
 * a message cost counts, whoever wrote it, so that costs add up to those of the sessions.
 */
export const modelUsageProjection = defineProjection({
  name: 'model_usage',
  view: 'model_usage',
  doc: "One row per quarter of an hour, agent, team, workflow, provider and model: what the assistant's messages used.",
  from: userUsageProjection,
  only: Object.keys(messageMeasures),
  key: {
    project: runProjection.key.project,
    bucket: { ...userUsageProjection.key.bucket, sql: 'p.bucket' },
    agent_id: { ...agent_id, sql: 'p.agent_id' },
    team_id: { ...team_id, sql: 'p.team_id' },
    workflow_id: { ...workflow_id, sql: 'p.workflow_id' },
    provider: { ...userUsageProjection.key.provider, sql: 'p.provider', doc: 'The provider' },
    model: { ...userUsageProjection.key.model, sql: 'p.model', doc: 'The model' },
  },
  measures: messageMeasures,
});

/**
 * The same of all agents by the hour of UTC: a series over months reads a sixth of the rows, in any
 * time zone, as whole hours are most of each of its days.
 */
export const modelUsageHourProjection = defineProjection({
  name: 'model_usage_hour',
  doc: "One row per hour, provider and model: what the assistant's messages used.",
  from: modelUsageProjection,
  key: {
    project: runProjection.key.project,
    hour: hourKey,
    provider: { type: textType, doc: 'The provider' },
    model: { type: textType, doc: 'The model' },
  },
  measures: modelUsageProjection.measures,
});
