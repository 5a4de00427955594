import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { isLabelName, labelNamePhrase, labelsPhrase, maxLabels } from '../events/labels.js';
import { isShortText } from '../events/limits.js';
import { checkedInput } from './budget-errors.js';
import { unitsOf } from './budgets.js';
import type { BudgetMeasure, BudgetScope } from './functions/used-sources.js';

const textPhrase = 'a string of 1 to 200 characters';
const text = z.string(textPhrase).refine(isShortText, textPhrase).optional();
const countPhrase = 'an integer from 0 to 1000000000000';
const count = z.int(countPhrase).min(0, countPhrase).max(1e12, countPhrase).optional();
const costPhrase = 'US dollars from 0 to 1000000';
const holdPhrase = 'seconds from 1 to 86400';

/** The input of a check. */
export const budgetCheckSchema = z.strictObject(
  {
    user_id: text,
    agent_id: text,
    team_id: text,
    session_id: text,
    run_id: text,
    model: text,
    provider: text,
    labels: z
      .record(
        z.string().refine(isLabelName, labelNamePhrase),
        z.string(textPhrase).refine(isShortText, textPhrase),
        labelsPhrase,
      )
      .refine((labels) => Object.keys(labels).length <= maxLabels, labelsPhrase)
      .optional()
      .describe('Labels: name → value'),
    estimate: z
      .strictObject(
        {
          cost: z.number(costPhrase).min(0, costPhrase).max(1e6, costPhrase).optional(),
          tokens: count.describe('Input and output together'),
          input_tokens: count,
          output_tokens: count,
          runs: count,
          tool_calls: count,
        },
        'an object',
      )
      .default({})
      .describe('The expected use, as far as it is known; cost in US dollars'),
    hold_seconds: z
      .number(holdPhrase)
      .min(1, holdPhrase)
      .max(86_400, holdPhrase)
      .optional()
      .describe('Holds the estimate for this time, or until an event names the hold'),
    when_unreachable: z
      .enum(['allow', 'refuse'], 'allow or refuse')
      .default('allow')
      .describe(
        'The decision while nobody can read the budgets; known budgets decide by when_unknown',
      ),
  },
  'an object',
);

/** What is about to be done, and its expected use. */
export type BudgetCheckOptions = z.input<typeof budgetCheckSchema>;

/** Computes the cost of an estimate from its tokens, and whether the model is free. */
export type EstimateCost = (options: z.output<typeof budgetCheckSchema>) => Promise<{
  readonly cost?: number | undefined;
  readonly is_free: boolean;
}>;

/** What a check names: a value for each of some scopes. */
type Who = Omit<
  z.output<typeof budgetCheckSchema>,
  'estimate' | 'hold_seconds' | 'provider' | 'when_unreachable'
>;

/** The value of what a budget limits that a check names; '' for the project, undefined if it names none. */
export function limitedValue(
  { scope, label }: { readonly scope: BudgetScope; readonly label: string | null },
  who: Who,
): string | undefined {
  if (scope === 'project') return '';
  if (scope === 'model') return who.model;
  if (scope !== 'label') return who[`${scope}_id`];
  const { labels = {} } = who;
  return label !== null && Object.hasOwn(labels, label) ? labels[label] : undefined;
}

/** A check, in stored units. */
export interface AskedCheck {
  readonly who: Who;
  readonly estimate: Readonly<Record<BudgetMeasure, number>>;
  readonly is_free: boolean;
  /** The id of the hold; null for a check without one. */
  readonly hold: string | null;
  readonly hold_seconds: number | null;
}

/** Parses the input of a check, and computes its cost. @throws InvalidBudgetError */
export async function readCheck(
  given: BudgetCheckOptions,
  estimateCost?: EstimateCost,
): Promise<AskedCheck> {
  const options = checkedInput(budgetCheckSchema, given);
  const { estimate, hold_seconds, provider: _, when_unreachable: __, ...who } = options;
  const priced = await estimateCost?.(options);
  const cost = estimate.cost ?? priced?.cost ?? 0;
  const { input_tokens = 0, output_tokens = 0, runs = 0, tool_calls = 0 } = estimate;
  return {
    who,
    estimate: {
      cost: Math.round(cost * unitsOf('cost')),
      total_tokens: estimate.tokens ?? input_tokens + output_tokens,
      input_tokens,
      output_tokens,
      runs,
      tool_calls,
    },
    is_free: estimate.cost === undefined ? (priced?.is_free ?? false) : estimate.cost === 0,
    hold: hold_seconds === undefined ? null : randomUUID(),
    hold_seconds: hold_seconds ?? null,
  };
}
