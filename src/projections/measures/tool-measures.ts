import type { Measure } from './kinds.js';

export const call = { type: 'tool_call' } as const;

/** The figures of tool calls. Their cost has a separate name. */
export const toolMeasures = {
  tool_calls: { fold: 'count', where: call, doc: 'Tool calls' },
  tool_errors: { fold: 'count', where: { ...call, failed: true }, doc: 'Tool calls that failed' },
  tool_time_us: {
    fold: 'sum',
    of: 'time_us',
    unit: 'seconds',
    where: call,
    doc: 'Time of the tool calls added up',
  },
  timed_tool_calls: {
    fold: 'count',
    where: { ...call, reports: 'time_us' },
    doc: 'Tool calls that reported their time',
  },
  tool_cost_nanos: {
    fold: 'sum',
    of: 'cost_nanos',
    unit: 'dollars',
    where: call,
    doc: 'Cost of the tool calls',
  },
} as const satisfies Record<string, Measure>;
