import { textType } from '../events/columns/log-columns.js';
import { defineProjection } from './language/projection.js';
import { messageMeasures } from './measures/message-measures.js';
import { runProjection } from './run.js';
import { hourKey } from './time-buckets.js';
import { userUsageProjection } from './user-usage.js';

const { agent_id, team_id, workflow_id } = userUsageProjection.key;

/**
 * The use of each model by each agent, by quarter of an hour, over the messages of all users. The
 * cost of every message counts, whatever its role, so that costs add up to those of the sessions.
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
 * The same for all agents by hour of UTC. A series over months reads a sixth of the rows. That
 * works in any time zone, because most of each day is whole hours.
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
