/** A model whose messages have no price. */
export interface UnpricedModel {
  readonly provider: string | null;
  readonly model: string | null;
  /**
   * The price book does not know the model, the parts of the tokens contradict the whole or may overlap, or the cost
   * would exceed the limit of an event.
   */
  readonly reason: 'unknown_model' | 'inconsistent_tokens' | 'above_limit';
  readonly messages: number;
  /** Dollars of the messages among them that keep the cost of an earlier price; null if there are none. */
  readonly kept_cost: number | null;
}

/** The result of repricing, in US dollars. */
export interface RepriceReport {
  /** Messages that were checked: those of the assistant with tokens. */
  readonly messages: number;
  /** Messages whose cost was reported; it stays. */
  readonly reported: number;
  /** Messages that got a correction, or would get one without `dry_run`. */
  readonly corrected: number;
  /** Their cost before, including all earlier corrections. */
  readonly cost_before: number;
  readonly cost_after: number;
  /** The exact change of the totals, to the nano-dollar. */
  readonly difference: number;
  readonly unpriced: readonly UnpricedModel[];
}
