import { z } from 'zod';
import { budgetMeasures, budgetScopes } from '../../budgets/functions/used-sources.js';

/** Schemas of the responses about budgets. */

const time = z.iso.datetime();
const amount = z.number().describe('US dollars for cost, otherwise an integer');
const measure = z.enum(budgetMeasures);

export const budgetSchema = z
  .strictObject({
    name: z.string(),
    project: z.int(),
    scope: z.enum(budgetScopes),
    label: z.string().nullable().describe('The name of the label if the scope is label'),
    value: z.string().nullable().describe('Null for each of them separately, or for the project'),
    measure,
    limit: amount,
    window: z.string(),
    time_zone: z.string(),
    at: z.array(z.number()).describe('Shares of the limit, in percent'),
    stop: z.boolean(),
    from: time,
    when_unknown: z.enum(['allow', 'refuse']),
    created_at: time,
  })
  .meta({ id: 'Budget' });

export const standingSchema = budgetSchema
  .extend({
    window_start: time,
    resets_at: time.nullable(),
    uses: z
      .array(
        z.strictObject({
          value: z.string().nullable(),
          used: amount,
          held: amount,
          remaining: amount,
        }),
      )
      .describe('The values that use or hold the most, at most 20'),
    holds: z.array(
      z.strictObject({
        hold_id: z.string(),
        value: z.string().nullable(),
        amount,
        created_at: time,
        expires_at: time,
      }),
    ),
  })
  .meta({ id: 'BudgetStanding' });

export const checkedBudget = z.strictObject({
  name: z.string(),
  value: z.string().nullable(),
  measure,
  limit: amount,
  used: amount.nullable().describe('The sum over the totals of the window'),
  held: amount.nullable().describe('The amount held before this check'),
  remaining: amount.nullable(),
  resets_at: time.nullable(),
  allowed: z.boolean(),
});
