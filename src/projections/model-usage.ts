import { defineProjection } from './language/projection.js';
import { runProjection } from './run.js';
import { hourKey, optionalText, quarterKey } from './time-buckets.js';
import { assistant, tokenSums } from './token-sums.js';

/** What each agent used of each model, by the quarter of an hour. */
export const modelUsageProjection = defineProjection({
  name: 'model_usage',
  view: 'model_usage',
  doc: "One row a quarter of an hour, agent, provider and model: what the assistant's messages used.",
  // Whatever a message cost counts, whoever wrote it, so that costs add up to those of the sessions.
  where: [assistant, { type: 'message', reports: 'cost_nanos' }],
  key: {
    project: runProjection.key.project,
    bucket: quarterKey,
    agent_id: optionalText('agent_id', 'The agent'),
    provider: optionalText('provider', 'The provider'),
    model: optionalText('model', 'The model'),
  },
  measures: {
    assistant_messages: { fold: 'count', where: assistant, doc: 'Messages of the assistant' },
    ...tokenSums,
    time_us: {
      fold: 'sum',
      of: 'time_us',
      unit: 'seconds',
      where: assistant,
      doc: 'Time of the messages added up',
    },
    timed_messages: {
      fold: 'count',
      where: { ...assistant, reports: 'time_us' },
      doc: 'Messages that reported their time',
    },
    timed_output_tokens: {
      fold: 'sum',
      of: 'output_tokens',
      unit: 'tokens',
      where: { ...assistant, reports: 'time_us' },
      doc: 'Tokens produced by messages that reported their time',
    },
    time_to_first_token_us: {
      fold: 'sum',
      of: 'time_to_first_token_us',
      unit: 'seconds',
      where: assistant,
      doc: 'Times to first token added up',
    },
    streamed_messages: {
      fold: 'count',
      where: { ...assistant, reports: 'time_to_first_token_us' },
      doc: 'Messages that reported a time to first token',
    },
    cost_nanos: {
      fold: 'sum',
      of: 'cost_nanos',
      unit: 'dollars',
      doc: 'Cost of the messages',
    },
  },
});

/**
 * The same of all agents by the hour of UTC: a series over months reads a sixth of the rows, in any
 * time zone, as whole hours are most of each of its days.
 */
export const modelUsageHourProjection = defineProjection({
  name: 'model_usage_hour',
  doc: "One row an hour, provider and model: what the assistant's messages used.",
  from: modelUsageProjection,
  key: {
    project: runProjection.key.project,
    hour: hourKey,
    provider: { type: 'text collate "C"', doc: 'The provider' },
    model: { type: 'text collate "C"', doc: 'The model' },
  },
  measures: modelUsageProjection.measures,
});
