import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { isLabelName, labelNamePhrase } from '../events/labels.js';
import { isShortText } from '../events/limits.js';
import { formatTimestamp } from '../events/timestamp.js';
import type { Database } from '../postgres/database.js';
import { quarterMicros } from '../projections/time-buckets.js';
import { unitsOf } from './budgets.js';
import { checkedInput } from './checked-input.js';
import type { BudgetMeasure } from './used-sources.js';

/** The decision of one budget that applies to a check. */
export interface CheckedBudget {
  readonly name: string;
  /** The user, agent …; null for the project. */
  readonly value: string | null;
  readonly measure: BudgetMeasure;
  /** In US dollars for cost, otherwise an integer. The next three have the same unit. */
  readonly limit: number;
  /**
   * The sum over the totals of the window. This and the next two are null while the database is
   * unavailable.
   */
  readonly used: number | null;
  /** The amount held before this check. */
  readonly held: number | null;
  readonly remaining: number | null;
  /** When the next window begins, RFC 3339 in UTC; null if never. */
  readonly resets_at: string | null;
  readonly allowed: boolean;
}

/** The result of a check. */
export interface BudgetCheck {
  /** Whether every budget that can refuse allows it. */
  readonly allowed: boolean;
  /** The id that the event must name; null if nothing is held. */
  readonly hold_id: string | null;
  /** Whether the database was unavailable. Budgets then decide by `when_unknown`. */
  readonly is_unknown: boolean;
  /** The budgets that apply, by name. */
  readonly budgets: readonly CheckedBudget[];
}

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
        'an object of labels',
      )
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
      .describe('What it will use, as far as is known; a cost in US dollars'),
    hold_seconds: z
      .number(holdPhrase)
      .min(1, holdPhrase)
      .max(86_400, holdPhrase)
      .optional()
      .describe('Holds the estimate for so long, or until an event names the hold'),
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

interface CheckedRow {
  readonly [column: string]: unknown;
  readonly name: string;
  readonly value: string;
  readonly measure: BudgetMeasure;
  readonly stop: boolean;
  readonly limit_units: string;
  readonly used: string;
  readonly held: string;
  readonly window_end: number;
  readonly when_unknown: string;
  readonly allowed: boolean;
  readonly is_held: boolean;
}

/**
 * Checks the budgets of a project. With `hold_seconds`, it holds the estimate if all of them allow
 * it: two checks at the same time can never both take the last dollar. @throws InvalidBudgetError
 */
export async function checkBudget(
  database: Database,
  options: BudgetCheckOptions & { readonly project?: number | undefined },
  estimateCost?: EstimateCost,
): Promise<BudgetCheck> {
  const { project = 1, ...given } = options;
  const { estimate, hold_seconds, provider: _, ...who } = checkedInput(budgetCheckSchema, given);
  const priced = await estimateCost?.({ ...who, provider: _, estimate, hold_seconds });
  const cost = estimate.cost ?? priced?.cost ?? 0;
  const { input_tokens = 0, output_tokens = 0, runs = 0, tool_calls = 0 } = estimate;
  const amounts = {
    cost: Math.round(cost * unitsOf('cost')),
    total_tokens: estimate.tokens ?? input_tokens + output_tokens,
    input_tokens,
    output_tokens,
    runs,
    tool_calls,
  } satisfies Record<BudgetMeasure, number>;
  const isFree = estimate.cost === undefined ? (priced?.is_free ?? false) : estimate.cost === 0;
  const hold = hold_seconds === undefined ? null : randomUUID();
  const rows = await database.query<CheckedRow>(
    'select * from runfold_internal.check_budgets($1, $2, $3, $4, $5, $6)',
    [project, JSON.stringify(who), JSON.stringify(amounts), isFree, hold, hold_seconds ?? null],
  );
  return {
    allowed: rows.every(({ allowed }) => allowed),
    hold_id: rows.some(({ is_held }) => is_held) ? hold : null,
    is_unknown: false,
    budgets: rows.map((row) => {
      const units = unitsOf(row.measure);
      const [limit, used, held] = [row.limit_units, row.used, row.held].map(Number) as [
        number,
        number,
        number,
      ];
      const isTotal = row.window_end === 2_147_483_647;
      return {
        name: row.name,
        value: row.value === '' ? null : row.value,
        measure: row.measure,
        limit: limit / units,
        used: used / units,
        held: held / units,
        remaining: Math.max(0, limit - used - held) / units,
        resets_at: isTotal ? null : formatTimestamp(row.window_end * quarterMicros),
        allowed: row.allowed,
      };
    }),
  };
}

/** Releases what is held under an id. Returns whether there was a hold. */
export async function releaseHold(
  database: Database,
  { project = 1, hold_id }: { readonly project?: number | undefined; readonly hold_id: string },
): Promise<{ readonly released: boolean }> {
  const rows = await database.query(
    `delete from runfold_internal.budget_hold where project = $1 and hold_id = $2 and expires_at > clock_timestamp()
    returning budget_id`,
    [project, hold_id],
  );
  return { released: rows.length > 0 };
}
