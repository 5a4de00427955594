/** A model whose messages have no price. */
export interface UnpricedModel {
  readonly provider: string | null;
  readonly model: string | null;
  /**
   * The book does not know it, the event's parts of tokens contradict the whole or may overlap, or it
   * would cost more than an event may.
   */
  readonly reason: 'unknown_model' | 'inconsistent_tokens' | 'above_limit';
  readonly messages: number;
}

/** What pricing again comes to, in US dollars. */
export interface RepriceReport {
  /** Messages looked at: the assistant's, with tokens. */
  readonly messages: number;
  /** Those whose cost was reported, and stays. */
  readonly reported: number;
  /** Those that get, or with `dry_run` would get, a correction. */
  readonly corrected: number;
  /** Their cost before, all corrections so far included. */
  readonly cost_before: number;
  readonly cost_after: number;
  /** By which totals move, to the nano-dollar. */
  readonly difference: number;
  readonly unpriced: readonly UnpricedModel[];
}
