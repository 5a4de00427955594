import type { AlertRule } from '../../../src/client.js';
import { dollars, percent, plural, roundText, seconds, whole } from '../../figure/figures.js';

export type RuleKind = AlertRule['kind'];

/** The subject of each kind of rule. */
export const kindWords: Readonly<Record<RuleKind, string>> = {
  budget: 'Share of a budget',
  error_rate: 'Error rate',
  slow: 'Slow model or tool',
  cost_growth: 'Growing cost',
  silence: 'Silent agent',
  unpriced: 'Model without a price',
  rejects: 'Rejects',
  queue_lag: 'Queue lag',
};

const minutes = (count: unknown) => roundText(seconds(Number(count) * 60));

/** When a rule fires, as a sentence. */
export function conditionOf({ kind, settings: of, for_minutes }: AlertRule): string {
  const within = `within ${minutes(of.window_minutes)}`;
  const held = for_minutes > 0 ? `, for ${minutes(for_minutes)}` : '';
  const which = of.value === undefined ? `any ${of.of}` : `${of.of} ${of.value}`;
  const said: Readonly<Record<RuleKind, () => string>> = {
    budget: () =>
      of.budget === undefined
        ? 'A share of any budget is reached'
        : `A share of the budget ${of.budget} is reached`,
    error_rate: () =>
      `More than ${percent(Number(of.above))} of at least ${whole(Number(of.least))} ${
        { tool: 'calls', model: 'messages', agent: 'runs' }[String(of.of)] ?? 'calls'
      } of ${which} fail ${within}`,
    slow: () =>
      `The ${of.figure === 'time' ? 'time' : 'first token'} p95 of ${which} is above ${roundText(seconds(Number(of.above)))} ${within}, of at least ${whole(Number(of.least))}`,
    cost_growth: () =>
      `Cost is more than ${whole(Number(of.above))} times that of the same ${minutes(of.window_minutes)} a week before, and at least ${dollars(Number(of.least_dollars))}`,
    silence: () => `Agent ${of.agent_id} sends no event for ${minutes(of.minutes)}`,
    unpriced: () => `A model has messages without a price ${within}`,
    rejects: () => `More than ${plural(Number(of.above), 'reject')} ${within}`,
    queue_lag: () => `The oldest job waits for more than ${roundText(seconds(Number(of.above)))}`,
  };
  return `${said[kind]()}${held}`;
}
