import type { Budget, BudgetMeasure, BudgetUse } from '../../../src/client.js';
import { readDuration } from '../../address/range.js';
import { dollars, whole } from '../../figure/figures.js';

/** The label of each measure. */
export const measureWords: Readonly<Record<BudgetMeasure, string>> = {
  cost: 'Cost',
  total_tokens: 'Tokens',
  input_tokens: 'Input tokens',
  output_tokens: 'Output tokens',
  runs: 'Runs',
  tool_calls: 'Tool calls',
};

/** An amount in the unit of a measure. */
export const amountOf = (measure: BudgetMeasure, value: number) =>
  measure === 'cost' ? dollars(value) : whole(value);

/** `agent writer`, `each user`, `whole project`. */
export function scopeText({ scope, label, value }: Pick<Budget, 'scope' | 'label' | 'value'>) {
  if (scope === 'project') return 'Whole project';
  const word = label ?? scope;
  return value === null
    ? `Each ${word}`
    : `${word.charAt(0).toUpperCase()}${word.slice(1)} ${value}`;
}

/** `per day`, `in any 7 days`, `in total`. */
export function windowText(window: string): string {
  const rolling = readDuration(window.replace('rolling ', ''));
  if (!window.startsWith('rolling ') || rolling === undefined)
    return window === 'total' ? 'in total' : `per ${window}`;
  const words = { m: 'minute', h: 'hour', d: 'day', w: 'week' } as const;
  const word = words[rolling.unit];
  return rolling.count === 1 ? `in any ${word}` : `in any ${rolling.count} ${word}s`;
}

/** The state of a value of a budget. */
export interface Standing {
  readonly text: string;
  readonly tone: 'good' | 'warn' | 'bad';
}

/** The state of a value: within the limit, a share of it reached, or at the limit. */
export function standingOf(
  { limit, at, stop }: Pick<Budget, 'limit' | 'at' | 'stop'>,
  use: BudgetUse | undefined,
): Standing {
  const { used, held } = use ?? { used: 0, held: 0 };
  if (used + held >= limit)
    return {
      text: stop ? 'Refuses' : used > limit ? 'Over the limit' : 'At the limit',
      tone: 'bad',
    };
  const reached = at.filter((share) => used * 100 >= limit * share).at(-1);
  return reached === undefined
    ? { text: 'Within', tone: 'good' }
    : { text: `${reached} % reached`, tone: 'warn' };
}
