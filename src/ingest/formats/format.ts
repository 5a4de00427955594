import type { EventFault } from '../../events/fault.js';

/** One item of a body: an event yet to be checked, or why there is none. */
export type Item =
  | { readonly event: unknown; readonly faults?: undefined }
  | { readonly faults: readonly EventFault[] };
