import { textType } from '../events/columns/log-columns.js';
import { eventTypes } from '../events/metric-event.js';
import { defineProjection } from './language/projection.js';
import { messageMeasures } from './measures/message-measures.js';
import { inReadOrder } from './measures/read-order.js';
import { assistant } from './measures/token-sums.js';
import { toolMeasures } from './measures/tool-measures.js';
import { runProjection } from './run.js';
import { dayKey, hourKey, monthOfDayKey, optionalText, quarterKey } from './time-buckets.js';

/**
 * The model or provider of a message. A tool call or run may name one, but was not served by it.
 */
const ofMessage = (name: 'provider' | 'model', doc: string) =>
  optionalText(
    name,
    doc,
    `coalesce(case when e.type = ${eventTypes.message} then e.${name} end, '')`,
  );

/**
 * The usage of all users, by quarter of an hour. Each event counts for the user, agent, team and
 * workflow that it names itself. Agent, team and workflow add few rows to those by user and model,
 * and every combination of these is then a sum over one table.
 *
 * There is no roll-up of users by hour: most users are active for less than an hour, so it had almost as
 * many rows, and cost the fold 6 % of its CPU.
 */
export const userUsageProjection = defineProjection({
  name: 'user_usage',
  doc: 'One row per quarter of an hour, user, agent, team, workflow, provider and model: messages, tool calls and ended runs.',
  where: [assistant, { type: 'message', reports: 'cost_nanos' }, { type: ['tool_call', 'run'] }],
  key: {
    project: runProjection.key.project,
    bucket: quarterKey,
    user_id: optionalText('user_id', 'The user'),
    agent_id: optionalText('agent_id', 'The agent'),
    team_id: optionalText('team_id', 'The team'),
    workflow_id: optionalText('workflow_id', 'The workflow'),
    provider: ofMessage('provider', 'The provider; null for tool calls and runs'),
    model: ofMessage('model', 'The model; null for tool calls and runs'),
  },
  measures: {
    ...messageMeasures,
    ...toolMeasures,
    // A pause is not an end, and a run that is resumed after a failure ends again.
    runs: { fold: 'count', where: { type: 'run', ends: true }, doc: 'Runs that ended' },
    failed_runs: {
      fold: 'count',
      where: { type: 'run', status: 'error' },
      doc: 'Runs that ended with an error',
    },
    run_time_us: {
      fold: 'sum',
      of: 'time_us',
      unit: 'seconds',
      where: { type: 'run' },
      doc: 'Wall-clock time that the run events reported',
    },
  },
  indexes: { user_usage_user_id: { on: ['project', 'user_id', 'bucket'] } },
});

const { project, user_id, agent_id, team_id, workflow_id, provider, model } =
  userUsageProjection.key;
const agents = {
  agent_id: { type: textType, doc: agent_id.doc },
  team_id: { type: textType, doc: team_id.doc },
  workflow_id: { type: textType, doc: workflow_id.doc },
} as const;

/** The same by day of UTC, for all models: usage by user over a month reads a third of the rows. */
export const userUsageDayProjection = defineProjection({
  name: 'user_usage_day',
  doc: 'One row per day of UTC, user, agent, team and workflow: messages, tool calls and ended runs.',
  from: userUsageProjection,
  key: { project, day: dayKey, user_id: { type: textType, doc: user_id.doc }, ...agents },
  measures: inReadOrder(userUsageProjection.measures),
  // A user is seen a few times a day. A month of half-empty pages takes a fifth longer to read.
  fill: 80,
  indexes: { user_usage_day_user_id: { on: ['project', 'user_id', 'day'] } },
});

/**
 * The same by part of a month of UTC: its first day, the days between, and its last day. Usage by user and month, in any zone,
 * reads no row per day of the days between, and usage by user over a year reads a tenth of the rows. It costs the fold 1.6 % of its CPU.
 */
export const userUsageMonthProjection = defineProjection({
  name: 'user_usage_month',
  doc: 'One row per part of a month of UTC, user, agent, team and workflow: messages, tool calls and ended runs.',
  from: userUsageDayProjection,
  key: { project, month: monthOfDayKey, user_id: { type: textType, doc: user_id.doc }, ...agents },
  measures: userUsageDayProjection.measures,
  indexes: { user_usage_month_user_id: { on: ['project', 'user_id', 'month'] } },
});

/** The usage of each agent and model by hour of UTC, for all users. */
export const agentUsageHourProjection = defineProjection({
  name: 'agent_usage_hour',
  doc: 'One row per hour, agent, team, workflow, provider and model: messages, tool calls and ended runs.',
  from: userUsageProjection,
  key: {
    project,
    hour: hourKey,
    ...agents,
    provider: { type: textType, doc: provider.doc },
    model: { type: textType, doc: model.doc },
  },
  measures: inReadOrder(userUsageProjection.measures),
});
