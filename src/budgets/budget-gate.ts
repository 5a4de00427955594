import type { Database } from '../postgres/database.js';
import { openPriceBook } from '../pricing/price-book.js';
import { explainDatabaseError, StoreUnavailableError } from '../store/store-errors.js';
import { type Budget, listBudgets } from './budgets.js';
import {
  type BudgetCheck,
  type BudgetCheckOptions,
  checkBudget,
  type EstimateCost,
  releaseHold,
} from './check-budget.js';

/** Checks budgets with prices, and decides while the database is unavailable. */
export interface BudgetGate {
  /**
   * Checks the budgets that apply. With `hold_seconds`, it holds the estimate if all of them allow
   * it.
   * @throws InvalidBudgetError
   */
  check(options: BudgetCheckOptions, project?: number): Promise<BudgetCheck>;
  /** Releases what is held under an id. Returns whether there was a hold. */
  release(
    options: { readonly hold_id: string },
    project?: number,
  ): Promise<{ readonly released: boolean }>;
}

/** How long budgets are remembered for a database outage, in milliseconds. */
const rememberedMs = 10_000;
/** A number of tokens to find out whether a model costs anything. */
const someTokens = 1_000_000;

export function createBudgetGate(database: Database): BudgetGate {
  const book = openPriceBook(database);
  const known = new Map<number, { readonly at: number; readonly budgets: readonly Budget[] }>();

  const priceFor =
    (project: number): EstimateCost =>
    async ({ model, provider, estimate }) => {
      if (model === undefined || estimate.cost !== undefined) return { is_free: false };
      await book.refresh();
      const costOf = (input: number, output: number) => {
        const price = book.price({
          project,
          provider: provider ?? '',
          model,
          occurred_at_us: Date.now() * 1000,
          tokens: {
            input,
            output,
            cached: 0,
            cache_write: 0,
            input_audio: 0,
            output_audio: 0,
            reasoning: 0,
          },
        });
        return 'unpriced' in price ? undefined : price.cost_nanos / 1e9;
      };
      const { input_tokens, output_tokens } = estimate;
      const cost =
        (input_tokens ?? output_tokens) === undefined
          ? undefined
          : costOf(input_tokens ?? 0, output_tokens ?? 0);
      return { cost, is_free: costOf(someTokens, someTokens) === 0 };
    };

  const remember = async (project: number) => {
    const before = known.get(project);
    if (before !== undefined && performance.now() - before.at < rememberedMs) return;
    known.set(project, { at: performance.now(), budgets: before?.budgets ?? [] });
    const budgets = await listBudgets(database, { project });
    known.set(project, { at: performance.now(), budgets });
  };

  return {
    async check(options, project = 1) {
      try {
        const answer = await checkBudget(database, { ...options, project }, priceFor(project));
        // The response does not wait for this. If it fails, the next check reports the error.
        remember(project).catch(() => undefined);
        return answer;
      } catch (error) {
        if (!(explainDatabaseError(error) instanceof StoreUnavailableError)) throw error;
        return whenUnknown(known.get(project)?.budgets ?? [], options);
      }
    },
    release: (options, project = 1) => releaseHold(database, { ...options, project }),
  };
}

/** The decision of budgets whose use is unknown. */
function whenUnknown(budgets: readonly Budget[], options: BudgetCheckOptions): BudgetCheck {
  const said = budgets.flatMap((budget) => {
    const value = limitedValue(budget, options);
    if (value === undefined || (budget.value !== null && budget.value !== value)) return [];
    const { name, measure, limit, stop, when_unknown } = budget;
    return [
      {
        name,
        value: value === '' ? null : value,
        measure,
        limit,
        used: null,
        held: null,
        remaining: null,
        resets_at: null,
        allowed: !stop || when_unknown === 'allow',
      },
    ];
  });
  const allowed = said.every((one) => one.allowed);
  return { allowed, hold_id: null, is_unknown: true, budgets: said };
}

function limitedValue({ scope, label }: Budget, options: BudgetCheckOptions): string | undefined {
  if (scope === 'project') return '';
  if (scope === 'label') return options.labels?.[label ?? ''];
  return scope === 'model' ? options.model : options[`${scope}_id`];
}
