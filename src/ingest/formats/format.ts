import type { EventFault } from '../../events/fault.js';

/**
 * One item of a body: an unchecked event, or its faults. `index` is the element
 * of the body that it was made from, if one element makes several events. Defaults to its own index.
 */
export type Item =
  | { readonly event: unknown; readonly index?: number; readonly faults?: undefined }
  | { readonly faults: readonly EventFault[]; readonly index?: number };
