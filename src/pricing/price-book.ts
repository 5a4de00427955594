import { maxDollars } from '../events/limits.js';
import { storedUnits } from '../events/metric-fields.js';
import type { Database } from '../postgres/database.js';
import { loadGenaiRates } from './genai-rates.js';
import { type FindOverride, loadOverrides } from './price-overrides.js';
import { costOf, type TokenCounts } from './token-rates.js';

/** A message to price. Missing names are ''; its time is in microseconds since 1970. */
export interface PricedMessage {
  readonly project: number;
  readonly provider: string;
  readonly model: string;
  readonly occurred_at_us: number;
  readonly tokens: TokenCounts;
}

/** A price, or the reason why there is none. */
export type Price =
  | { readonly cost_nanos: number; readonly source: string }
  | { readonly unpriced: 'unknown_model' | 'inconsistent_tokens' | 'above_limit' };

/** The prices of messages: overrides first, then the dated prices of `@pydantic/genai-prices`. */
export interface PriceBook {
  /** Reads the overrides again if they are older than `max_age_ms`. Defaults to 10,000. */
  refresh(max_age_ms?: number): Promise<void>;
  /** The price of a message, by the overrides that were last read. */
  price(message: PricedMessage): Price;
}

/** The maximum cost of one event. */
const maxCostNanos = maxDollars * storedUnits.dollars;

/** The source of an override in the log. */
export const overrideSource = 'override';

/** Opens the price book of a store. It does not read before the first `refresh`. */
export function openPriceBook(database: Database): PriceBook {
  const genai = loadGenaiRates();
  // `refresh` reports the error; this only prevents an unhandled rejection.
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
      // A cost above the limit of an event could be neither exported nor voided, so it is not set.
      if (cost_nanos > maxCostNanos) return { unpriced: 'above_limit' };
      return { cost_nanos, source: own === undefined ? (find?.source ?? '') : overrideSource };
    },
  };
}
