import { z } from 'zod';
import { isTimeZone, zonePhrase } from '../events/check/time-zone-name.js';
import { isLabelName, labelNamePhrase } from '../events/labels.js';
import { isShortText } from '../events/limits.js';
import {
  type BudgetScope,
  budgetMeasures,
  budgetScopes,
  measuresOf,
} from './functions/used-sources.js';

/** How long a budget counts before it starts again. */
export type BudgetWindow = 'hour' | 'day' | 'week' | 'month' | 'total' | `rolling ${string}`;
const quartersOf = { m: 1 / 15, h: 4, d: 96 } as const;
const mostQuarters = 90 * 96;

/**
 * The number of quarters of an hour in a window such as `rolling 24h`; undefined for another
 * window.
 */
export function rollingQuarters(window: string): number | undefined {
  const [, count, unit] = /^rolling (\d{1,6})([mhd])$/.exec(window) ?? [];
  if (count === undefined) return undefined;
  const quarters = Number(count) * quartersOf[unit as keyof typeof quartersOf];
  return Number.isInteger(quarters) && quarters >= 4 && quarters <= mostQuarters
    ? quarters
    : undefined;
}

/** The expected length of a rolling window. */
export const rollingPhrase = '1h to 90d in steps of 15m';
const windowPhrase = `hour, day, week, month, total, or rolling with ${rollingPhrase}, such as "rolling 24h"`;
const namePhrase = 'a name of 1 to 100 lower-case letters, digits, or . _ - between them';
/** A limit of a smaller part of a dollar would be stored as none, and refuse everything. */
const leastDollars = 1e-9;
const most = 9e15;
const limitPhrase =
  'a number above 0, of dollars from 0.000000001 to 1000000000, otherwise an integer to 9000000000000000';
const sharePhrase =
  'shares of the limit in percent from 0.001 to 1000, with three decimals at most, and at most ten shares';
/** Whether a share is stored, and compared, as it is. */
const isShare = (percent: number) => percent >= 0.001 && Number(percent.toFixed(3)) === percent;
const timePhrase = 'an RFC 3339 time with a zone';
const valuePhrase = 'a string of 1 to 200 characters';

/** Names that are paths of the API. */
const reserved = new Set(['check', 'release']);

const shape = z.strictObject(
  {
    name: z
      .string(namePhrase)
      .regex(/^[a-z0-9](?:[a-z0-9._-]{0,98}[a-z0-9])?$/, namePhrase)
      .refine((name) => !reserved.has(name), 'a name other than check and release'),
    scope: z.enum(budgetScopes, `one of ${budgetScopes.join(', ')}`).describe('What is limited'),
    label: z
      .string(labelNamePhrase)
      .refine(isLabelName, labelNamePhrase)
      .optional()
      .describe('The name of the label if the scope is label'),
    value: z
      .string(valuePhrase)
      .refine(isShortText, valuePhrase)
      .optional()
      .describe('The user, agent …; without it, each of them separately'),
    measure: z.enum(budgetMeasures, `one of ${budgetMeasures.join(', ')}`),
    limit: z
      .number(limitPhrase)
      .positive(limitPhrase)
      .max(most, limitPhrase)
      .describe('In US dollars for cost, otherwise an integer'),
    window: z
      .string(windowPhrase)
      .refine((text) => windowKindOf(text) !== undefined, windowPhrase)
      .default('month')
      .describe(windowPhrase),
    time_zone: z
      .string(zonePhrase)
      .refine(isTimeZone, zonePhrase)
      .optional()
      .describe("The zone of its days and months; by default the project's, or UTC"),
    at: z
      .array(z.number(sharePhrase).max(1000, sharePhrase).refine(isShare, sharePhrase), sharePhrase)
      .max(10, sharePhrase)
      .default([50, 80, 100])
      .describe('Shares of the limit, in percent, that trigger alerts'),
    stop: z
      .boolean('true or false')
      .default(true)
      .describe('Whether checks are refused above the limit'),
    from: z.iso
      .datetime({ offset: true, error: timePhrase })
      .optional()
      .describe('When it starts to count, rounded down to a quarter of an hour; now by default'),
    when_unknown: z
      .enum(['allow', 'refuse'], 'allow or refuse')
      .default('allow')
      .describe('The decision of a check while the database is unavailable'),
    replace: z.boolean('true or false').default(false).describe('Whether it may replace one'),
  },
  'an object',
);

/** The input for a new budget. */
export const newBudgetSchema = shape.superRefine((budget, context) => {
  const fault = (path: string, message: string) =>
    context.addIssue({ code: 'custom', path: [path], message });
  const { scope, value, label, measure, limit, window } = budget;
  if ((scope === 'label') !== (label !== undefined)) {
    fault('label', scope === 'label' ? labelNamePhrase : 'none, because the scope is not label');
  }
  if (scope === 'project' && value !== undefined) fault('value', 'none for the whole project');
  const measures = measuresOf(scope as BudgetScope);
  if (!measures.includes(measure)) {
    fault('measure', `one that is stored by ${scope}: ${measures.join(', ')}`);
  }
  if ((scope === 'session' || scope === 'run') && window !== 'total') {
    fault('window', `total, because a ${scope} counts as a whole`);
  }
  const isLimit =
    measure === 'cost' ? limit >= leastDollars && limit <= 1e9 : Number.isInteger(limit);
  if (limit > 0 && limit <= most && !isLimit) fault('limit', limitPhrase);
});

/** The input for a new budget. Fields with a default may be left out. */
export type NewBudget = z.input<typeof newBudgetSchema>;

/** The kind of window that a string names; undefined if there is none. */
export function windowKindOf(window: string): string | undefined {
  if (['hour', 'day', 'week', 'month', 'total'].includes(window)) return window;
  return rollingQuarters(window) === undefined ? undefined : 'rolling';
}
