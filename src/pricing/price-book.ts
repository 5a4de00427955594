import { maxDollars } from '../events/limits.js';
import { storedUnits } from '../events/metric-fields.js';
import type { Database } from '../postgres/database.js';
import { loadGenaiRates } from './genai-rates.js';
import { type FindOverride, loadOverrides } from './price-overrides.js';
import { costOf, type TokenCounts } from './token-rates.js';

/** A message to be priced. Names are '' where it has none; its time is in microseconds since 1970. */
export interface PricedMessage {
  readonly project: number;
  readonly provider: string;
  readonly model: string;
  readonly occurred_at_us: number;
  readonly tokens: TokenCounts;
}

/** A price, or why there is none. */
export type Price =
  | { readonly cost_nanos: number; readonly source: string }
  | { readonly unpriced: 'unknown_model' | 'inconsistent_tokens' | 'above_limit' };

/** What messages cost: overrides first, then the dated prices of `@pydantic/genai-prices`. */
export interface PriceBook {
  /** Reads the overrides again where they are older than `max_age_ms`. Defaults to 10,000. */
  refresh(max_age_ms?: number): Promise<void>;
  /** The price of a message by what was last read. */
  price(message: PricedMessage): Price;
}

/** The most that one event may cost. */
const maxCostNanos = maxDollars * storedUnits.dollars;

/** Where a price of one's own came from, as the log says it. */
export const overrideSource = 'override';

/** Opens the price book of a store. It reads nothing before the first `refresh`. */
export function openPriceBook(database: Database): PriceBook {
  const genai = loadGenaiRates();
  // Whoever refreshes hears of the fault; until then nobody needs to.
  genai.catch(() => undefined);
  let find: Awaited<typeof genai> | undefined;
  let override: FindOverride = () => undefined;
  let readAt = Number.NEGATIVE_INFINITY;
  return {
    async refresh(max_age_ms = 10_000) {
      if (performance.now() - readAt < max_age_ms) return;
      find ??= await genai;
      override = await loadOverrides(database);
      readAt = performance.now();
    },
    price({ project, provider, model, occurred_at_us, tokens }) {
      const own = override(project, provider, model, occurred_at_us);
      const rates = own ?? find?.find(provider, model, occurred_at_us);
      if (rates === undefined) return { unpriced: 'unknown_model' };
      const cost_nanos = costOf(rates, tokens);
      if (cost_nanos === undefined) return { unpriced: 'inconsistent_tokens' };
      // What no event may report the store does not make itself: it could be neither exported nor voided.
      if (cost_nanos > maxCostNanos) return { unpriced: 'above_limit' };
      return { cost_nanos, source: own === undefined ? (find?.source ?? '') : overrideSource };
    },
  };
}
