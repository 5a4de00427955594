import type { RuleKind } from './rule-words.js';

/** A field of a rule's form, as it is typed. */
export interface RuleField {
  readonly name: string;
  readonly text: string;
  /** `percent` is typed as 20 and sent as 0.2. */
  readonly type: 'text' | 'number' | 'percent' | 'choice';
  readonly choices?: readonly (readonly [value: string, text: string])[];
  readonly start: string;
  /** Left out of the rule if empty. */
  readonly isOptional?: boolean;
  readonly hint?: string;
}

const window = (start: string): RuleField => ({
  name: 'window_minutes',
  text: 'Window in minutes',
  type: 'number',
  start,
});
const least: RuleField = { name: 'least', text: 'Minimum number', type: 'number', start: '20' };
const value: RuleField = {
  name: 'value',
  text: 'Which',
  type: 'text',
  start: '',
  isOptional: true,
  hint: 'Each separately',
};
const of = (...choices: readonly (readonly [string, string])[]): RuleField => ({
  name: 'of',
  text: 'Of',
  type: 'choice',
  choices,
  start: choices[0]?.[0] ?? '',
});
const above = (text: string, start: string, type: 'number' | 'percent' = 'number'): RuleField => ({
  name: 'above',
  text,
  type,
  start,
});

/** The fields of each kind of rule, in addition to name and channels. */
export const ruleFields: Readonly<Record<RuleKind, readonly RuleField[]>> = {
  budget: [
    {
      name: 'budget',
      text: 'Budget',
      type: 'text',
      start: '',
      isOptional: true,
      hint: 'Each budget',
    },
  ],
  error_rate: [
    of(['tool', 'Tools'], ['model', 'Models'], ['agent', 'Agents']),
    value,
    above('Above percent', '20', 'percent'),
    window('60'),
    least,
  ],
  slow: [
    of(['model', 'Models'], ['tool', 'Tools']),
    {
      name: 'figure',
      text: 'Time',
      type: 'choice',
      choices: [
        ['time', 'Whole answer'],
        ['time_to_first_token', 'First token'],
      ],
      start: 'time',
    },
    value,
    above('p95 above seconds', '10'),
    window('60'),
    least,
  ],
  cost_growth: [
    above('More than this factor', '2'),
    window('1440'),
    { name: 'least_dollars', text: 'Minimum cost in dollars', type: 'number', start: '1' },
  ],
  silence: [
    { name: 'agent_id', text: 'Agent', type: 'text', start: '' },
    { name: 'minutes', text: 'Silent for minutes', type: 'number', start: '60' },
  ],
  unpriced: [window('60')],
  rejects: [above('More than', '0'), window('60')],
  queue_lag: [above('Above seconds', '60')],
};
