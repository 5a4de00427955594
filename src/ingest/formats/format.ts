import type { EventFault } from '../../events/fault.js';

/**
 * One item of a body: an event yet to be checked, or why there is none. `index` says which element
 * of the body it was made from, where one element makes several events. Defaults to its own index.
 */
export type Item =
  | { readonly event: unknown; readonly index?: number; readonly faults?: undefined }
  | { readonly faults: readonly EventFault[]; readonly index?: number };
