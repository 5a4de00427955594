import type { RepriceReport } from '../corrections/reprice-report.js';
import type { PriceOverride } from '../pricing/price-overrides.js';
import type { HttpCaller } from './http-caller.js';
import { createJsonRequests } from './json-requests.js';

/** A reprice that was started over HTTP. Its figures grow while it runs. */
export interface ClientReprice extends RepriceReport {
  readonly id: string;
  readonly state: 'running' | 'done' | 'failed' | 'cancelled';
  readonly dry_run: boolean;
  readonly from: string | null;
  readonly to: string | null;
  readonly started_at: string;
  readonly ended_at: string | null;
  readonly error: string | null;
}

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
  /**
   * Prices messages again in the background, or returns the reprice of the project that is running. Needs a key for
   * `admin`, and so do the following. @throws ApiError `may_not_append`
   */
  beginReprice(options?: {
    /** Only messages at this time or later, RFC 3339 with a zone. */
    readonly from?: string | undefined;
    /** Only messages before this time. */
    readonly to?: string | undefined;
    readonly dry_run?: boolean | undefined;
  }): Promise<ClientReprice>;
  /** A reprice that was started in the same process of the service; undefined if it has none with this id. */
  getReprice(options: { readonly id: string }): Promise<ClientReprice | undefined>;
  /** Stops a reprice. The corrections so far stay. */
  cancelReprice(options: { readonly id: string }): Promise<ClientReprice | undefined>;
}

export function createPricesClient(caller: HttpCaller): PricesClient {
  const { find, list, post, remove } = createJsonRequests(caller);
  const repricePath = (id: string) => `/v1/reprices/${encodeURIComponent(id)}`;
  return {
    listPrices: () => list('/v1/prices'),
    setPrice: (options) => post('/v1/prices', options),
    dropPrices: ({ model }) => remove(`/v1/prices/${encodeURIComponent(model)}`),
    beginReprice: (options = {}) => post('/v1/reprices', options),
    getReprice: ({ id }) => find(repricePath(id)),
    cancelReprice: ({ id }) => remove(repricePath(id)),
  };
}
