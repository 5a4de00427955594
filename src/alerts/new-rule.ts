import { z } from 'zod';
import { isShortText } from '../events/limits.js';
import { namePattern, namePhrase } from './checked-alert.js';

const name = z.string(namePhrase).regex(namePattern, namePhrase);
const valuePhrase = 'a string of 1 to 200 characters';
const value = z.string(valuePhrase).refine(isShortText, valuePhrase);
const minutesPhrase = 'an integer of minutes from 15 to 43200';
const minutes = z.int(minutesPhrase).min(15, minutesPhrase).max(43_200, minutesPhrase);
const abovePhrase = 'a number from 0 to 1000000000';
const above = z.number(abovePhrase).min(0, abovePhrase).max(1e9, abovePhrase);
const sharePhrase = 'a share from 0 to 1';
const forPhrase = 'an integer of minutes from 0 to 1440';
const leastPhrase = 'an integer from 1 to 1000000';
const least = z.int(leastPhrase).min(1, leastPhrase).max(1e6, leastPhrase);
const channelsPhrase = 'names of channels, at most ten';

const common = {
  name,
  channels: z
    .array(name, channelsPhrase)
    .max(10, channelsPhrase)
    .default([])
    .describe('Where its notifications go. Without one, they are only listed'),
  for_minutes: z
    .int(forPhrase)
    .min(0, forPhrase)
    .max(1_440, forPhrase)
    .default(0)
    .describe('How long the condition must hold before it fires'),
};
const of = z.enum(['model', 'tool', 'agent'], 'one of model, tool, agent');

/** The input for a new rule, by kind. */
export const newRuleSchema = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.literal('budget'), ...common, budget: name.optional() }),
    z.strictObject({
      kind: z.literal('error_rate'),
      ...common,
      of,
      value: value.optional(),
      above: z.number(sharePhrase).min(0, sharePhrase).max(1, sharePhrase),
      window_minutes: minutes.default(60),
      least: least.default(20),
    }),
    z.strictObject({
      kind: z.literal('slow'),
      ...common,
      of: z.enum(['model', 'tool'], 'one of model, tool'),
      figure: z
        .enum(['time', 'time_to_first_token'], 'time or time_to_first_token')
        .default('time'),
      value: value.optional(),
      above,
      window_minutes: minutes.default(60),
      least: least.default(20),
    }),
    z.strictObject({
      kind: z.literal('cost_growth'),
      ...common,
      above,
      window_minutes: minutes.default(1_440),
      least_dollars: above.default(1),
    }),
    z.strictObject({ kind: z.literal('silence'), ...common, agent_id: value, minutes }),
    z.strictObject({ kind: z.literal('unpriced'), ...common, window_minutes: minutes.default(60) }),
    z.strictObject({
      kind: z.literal('rejects'),
      ...common,
      above: above.default(0),
      window_minutes: minutes.default(60),
    }),
    z.strictObject({ kind: z.literal('queue_lag'), ...common, above: above.default(60) }),
  ],
  'one of budget, error_rate, slow, cost_growth, silence, unpriced, rejects, queue_lag',
);

/** The input for a new rule. */
export type NewRule = z.input<typeof newRuleSchema>;
/** The settings of one kind of rule, beside those that all have. */
export type RuleSettings = z.output<typeof newRuleSchema>;
