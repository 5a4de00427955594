import type { Database } from '../postgres/database.js';
import { openPriceBook } from '../pricing/price-book.js';
import { explainDatabaseError, isStoreOutage } from '../store/store-errors.js';
import { askBudgets, type BudgetCheck } from './ask-budgets.js';
import {
  type AskedCheck,
  type BudgetCheckOptions,
  type EstimateCost,
  limitedValue,
  readCheck,
} from './asked-check.js';
import { type Budget, listBudgets } from './budgets.js';
import { groupCalls } from './grouped-calls.js';
import { freeHolds, removeExpiredHolds } from './holds.js';
import { openLooks } from './looks.js';

/**
 * Checks budgets with prices, and decides while the database is unavailable. Checks of a project that arrive while one
 * is running are sent together, in one statement.
 */
export interface BudgetGate {
  /**
   * Checks the budgets that apply. With `hold_seconds`, it holds the estimate if all of them allow
   * it. While the database is unavailable, budgets that were read before decide by their `when_unknown`; if none were read,
   * `when_unreachable` decides.
   * @throws InvalidBudgetError
   * @throws StoreUnavailableError if somebody has to change something first: a right or a migration is missing, or Postgres
   * refuses the password
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
/** How often expired holds are removed, in milliseconds. */
const sweptMs = 30_000;
/** A number of tokens to find out whether a model costs anything. */
const someTokens = 1_000_000;
/**
 * Milliseconds between two statements while checks arrive faster than statements end. A statement with a few checks costs
 * Postgres little more than one with a single check.
 */
const apartMs = 2;
/** The maximum number of statements without holds in flight. */
const looksAtOnce = 2;

/** Opens a gate to the budgets of a store. */
export function createBudgetGate(database: Database): BudgetGate {
  const book = openPriceBook(database);
  const known = new Map<
    number,
    { readonly at: number; readonly budgets: readonly Budget[] | undefined }
  >();
  let sweptAt = Number.NEGATIVE_INFINITY;
  const lanes = new Map<number, ReturnType<typeof openLanes>>();
  const grouping = { isOfOne: (error: unknown) => !isStoreOutage(error), apartMs };
  const openLanes = (project: number) => {
    const ask = (checks: readonly AskedCheck[]) => askBudgets(database, project, checks);
    return {
      // Checks without a hold take no lock, so they do not wait behind checks that do, nor for a statement that waits for
      // a processor. Two statements with holds would only wait for each other's locks.
      looks: groupCalls(openLooks(database, project), { ...grouping, atOnce: looksAtOnce }),
      holds: groupCalls(ask, grouping),
      releases: groupCalls((ids: readonly string[]) => freeHolds(database, project, ids), grouping),
    };
  };
  const lanesOf = (project: number) => {
    const found = lanes.get(project) ?? openLanes(project);
    lanes.set(project, found);
    return found;
  };

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
    known.set(project, { at: performance.now(), budgets: before?.budgets });
    const budgets = await listBudgets(database, { project });
    known.set(project, { at: performance.now(), budgets });
  };

  const sweep = async () => {
    if (performance.now() - sweptAt < sweptMs) return;
    sweptAt = performance.now();
    await removeExpiredHolds(database);
  };

  return {
    async check(options, project = 1) {
      try {
        const asked = await readCheck(options, priceFor(project));
        const { looks, holds } = lanesOf(project);
        const answer = await (asked.hold === null ? looks : holds)(asked);
        // The response does not wait for these. If one fails, the next check reports the error.
        remember(project).catch(() => undefined);
        sweep().catch(() => undefined);
        return answer;
      } catch (error) {
        if (!isStoreOutage(error)) throw explainDatabaseError(error);
        return whenUnknown(known.get(project)?.budgets, options);
      }
    },
    async release({ hold_id }, project = 1) {
      return { released: await lanesOf(project).releases(hold_id) };
    },
  };
}

/** The decision of budgets whose use is unknown; undefined if the budgets are unknown too. */
function whenUnknown(
  budgets: readonly Budget[] | undefined,
  options: BudgetCheckOptions,
): BudgetCheck {
  if (budgets === undefined) {
    const allowed = options.when_unreachable !== 'refuse';
    return { allowed, hold_id: null, is_unknown: true, budgets: [] };
  }
  const said = budgets.flatMap((budget) => {
    const value = limitedValue(budget, options);
    // As in a check of the store, a budget has no say before it starts to count.
    if (Date.parse(budget.from) > Date.now()) return [];
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
