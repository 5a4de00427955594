import { defineProjection } from './language/projection.js';
import { runProjection } from './run.js';
import { hourKey, optionalText, quarterKey } from './time-buckets.js';

const call = { type: 'tool_call' } as const;

/** What each agent did with each tool, by the quarter of an hour. */
export const toolUsageProjection = defineProjection({
  name: 'tool_usage',
  view: 'tool_usage',
  doc: 'One row a quarter of an hour, agent and tool: its calls, how many failed, how long they took.',
  where: [call],
  key: {
    project: runProjection.key.project,
    bucket: quarterKey,
    agent_id: optionalText('agent_id', 'The agent'),
    tool_name: optionalText('tool_name', 'The tool'),
  },
  measures: {
    tool_calls: { fold: 'count', where: call, doc: 'Tool calls' },
    tool_errors: { fold: 'count', where: { ...call, failed: true }, doc: 'Tool calls that failed' },
    tool_time_us: {
      fold: 'sum',
      of: 'time_us',
      unit: 'seconds',
      doc: 'Time of the tool calls added up',
    },
    timed_tool_calls: {
      fold: 'count',
      where: { ...call, reports: 'time_us' },
      doc: 'Tool calls that reported their time',
    },
    cost_nanos: { fold: 'sum', of: 'cost_nanos', unit: 'dollars', doc: 'Cost of the tool calls' },
  },
});

/** The same of all agents by the hour of UTC. */
export const toolUsageHourProjection = defineProjection({
  name: 'tool_usage_hour',
  doc: 'One row an hour and tool: its calls, how many failed, how long they took.',
  from: toolUsageProjection,
  key: {
    project: runProjection.key.project,
    hour: hourKey,
    tool_name: { type: 'text collate "C"', doc: 'The tool' },
  },
  measures: toolUsageProjection.measures,
});
