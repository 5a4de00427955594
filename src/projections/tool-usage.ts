import { textType } from '../events/columns/log-columns.js';
import { defineProjection } from './language/projection.js';
import { inReadOrder } from './measures/read-order.js';
import { call, toolMeasures } from './measures/tool-measures.js';
import { runProjection } from './run.js';
import { hourKey, optionalText, quarterKey } from './time-buckets.js';

const { tool_cost_nanos, ...calls } = toolMeasures;

/** The use of each tool by each agent, by quarter of an hour. */
export const toolUsageProjection = defineProjection({
  name: 'tool_usage',
  view: 'tool_usage',
  doc: 'One row per quarter of an hour, agent, team, workflow and tool: its calls, how many failed, how long they took.',
  where: [call],
  key: {
    project: runProjection.key.project,
    bucket: quarterKey,
    agent_id: optionalText('agent_id', 'The agent'),
    team_id: optionalText('team_id', 'The team'),
    workflow_id: optionalText('workflow_id', 'The workflow'),
    tool_name: optionalText('tool_name', 'The tool'),
  },
  measures: { ...calls, cost_nanos: tool_cost_nanos },
});

/** The same by hour of UTC. */
export const agentToolHourProjection = defineProjection({
  name: 'agent_tool_hour',
  doc: 'One row per hour, agent, team, workflow and tool: its calls, how many failed, how long they took.',
  from: toolUsageProjection,
  key: {
    project: runProjection.key.project,
    hour: hourKey,
    agent_id: { type: textType, doc: 'The agent' },
    team_id: { type: textType, doc: 'The team' },
    workflow_id: { type: textType, doc: 'The workflow' },
    tool_name: { type: textType, doc: 'The tool' },
  },
  measures: inReadOrder(toolUsageProjection.measures),
});

/** The same for all agents by hour of UTC. */
export const toolUsageHourProjection = defineProjection({
  name: 'tool_usage_hour',
  doc: 'One row per hour and tool: its calls, how many failed, how long they took.',
  from: agentToolHourProjection,
  key: {
    project: runProjection.key.project,
    hour: { ...hourKey, sql: 'p.hour' },
    tool_name: { type: textType, doc: 'The tool' },
  },
  measures: toolUsageProjection.measures,
});
