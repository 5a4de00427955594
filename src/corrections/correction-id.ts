import { nameBasedUuid } from '../events/event-id.js';

/**
 * The id of the correction that follows so many others of an event. Whoever corrects the same event at the
 * same time makes the same one, of which the log takes one; and it is another one when a figure goes back to
 * what it was.
 */
export function correctionId(
  event: { readonly session_id: string; readonly id: string },
  corrections: number,
): string {
  return nameBasedUuid(JSON.stringify(['correction', event.session_id, event.id, corrections + 1]));
}
