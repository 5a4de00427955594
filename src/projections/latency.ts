import { eventTypes } from '../events/codes.js';
import { textType } from '../events/columns/log-columns.js';
import { defineProjection } from './language/projection.js';
import { assistant } from './measures/token-sums.js';
import { runProjection } from './run.js';
import { dayOfHourKey, hourKey, optionalText, quarterKey } from './time-buckets.js';

/**
 * The distribution of the times of messages, tool calls and runs, by quarter of an hour. A message
 * has two: its time and its time to first token, each in a separate histogram.
 */
export const latencyProjection = defineProjection({
  name: 'latency',
  doc: 'One row per quarter of an hour, type of event, provider and model or tool: the distribution of its times.',
  where: [
    { ...assistant, original: true, reports: 'time_us' },
    { ...assistant, original: true, reports: 'time_to_first_token_us' },
    { type: ['tool_call', 'run'], original: true, reports: 'time_us' },
  ],
  key: {
    project: runProjection.key.project,
    bucket: quarterKey,
    type: { type: 'smallint', doc: 'The type of the events: messages, tool calls or runs' },
    provider: optionalText('provider', 'The provider of a message'),
    name: optionalText(
      'name',
      'The model of a message, the tool of a call, null for runs',
      `coalesce(case e.type when ${eventTypes.message} then e.model when ${eventTypes.tool_call} then e.tool_name end, '')`,
    ),
  },
  measures: {
    time_levels: { fold: 'histogram', of: 'time_us', unit: 'seconds', doc: 'Times' },
    first_token_levels: {
      fold: 'histogram',
      of: 'time_to_first_token_us',
      unit: 'seconds',
      doc: 'Times to first token',
    },
  },
});

const { project, type, provider, name } = latencyProjection.key;
const rest = {
  type: { type: type.type, doc: type.doc },
  provider: { type: textType, doc: provider.doc },
  name: { type: textType, doc: name.doc },
} as const;

/** The same by hour of UTC: days of other time zones are read from a quarter of the rows. */
export const latencyHourProjection = defineProjection({
  name: 'latency_hour',
  doc: 'One row per hour, type of event, provider and model or tool: the distribution of its times.',
  from: latencyProjection,
  key: { project, hour: hourKey, ...rest },
  measures: latencyProjection.measures,
});

/** The same by day of UTC: a quantile over months reads a hundredth of the rows. */
export const latencyDayProjection = defineProjection({
  name: 'latency_day',
  doc: 'One row per day in UTC, type of event, provider and model or tool: the distribution of its times.',
  from: latencyHourProjection,
  key: { project, day: dayOfHourKey, ...rest },
  measures: latencyProjection.measures,
});
