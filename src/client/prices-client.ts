import type { PriceOverride } from '../pricing/price-overrides.js';
import type { HttpCaller } from './http-caller.js';
import { createJsonRequests } from './json-requests.js';

/** The own prices of the key's project, in US dollars per million tokens. */
export interface PricesClient {
  /** The prices by model, provider and time. */
  listPrices(): Promise<readonly PriceOverride[]>;
  /**
   * Sets a price; one for the same model, provider and time is replaced. Returns it as it is stored. Needs a key for
   * `admin`, and so does `dropPrices`.
   */
  setPrice(options: Omit<PriceOverride, 'project'>): Promise<PriceOverride>;
  /** Removes the prices of a model, for all providers and times; undefined if there are none. */
  dropPrices(options: {
    readonly model: string;
  }): Promise<{ readonly dropped: number } | undefined>;
}

export function createPricesClient(caller: HttpCaller): PricesClient {
  const { list, post, remove } = createJsonRequests(caller);
  return {
    listPrices: () => list('/v1/prices'),
    setPrice: (options) => post('/v1/prices', options),
    dropPrices: ({ model }) => remove(`/v1/prices/${encodeURIComponent(model)}`),
  };
}
