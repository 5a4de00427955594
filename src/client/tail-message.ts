import type { LoggedEvent } from '../query/log/events.js';
import type { RunTotals } from '../query/totals/totals.js';

/** A message of a tail; continue from its `id`. */
export type TailMessage = { readonly id: string } & (
  | { readonly type: 'event'; readonly event: LoggedEvent }
  | { readonly type: 'run'; readonly run: RunTotals }
);
