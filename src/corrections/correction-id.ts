import { nameBasedUuid } from '../events/event-id.js';

/**
 * The id of the next correction of an event, made from the number of its earlier corrections. Two processes that
 * correct an event at the same time make the same id, and the log accepts only one of them. If a figure
 * is set back to an earlier value, the id is still a new one.
 */
export function correctionId(
  event: { readonly session_id: string; readonly id: string },
  corrections: number,
): string {
  return nameBasedUuid(JSON.stringify(['correction', event.session_id, event.id, corrections + 1]));
}
