import { stripeOf } from '../../events/stripe.js';
import type { EventBatch } from '../batch.js';

/**
 * Splits the order of a batch by stripe, sorted by stripe. Each part keeps the order of the log's
 * key.
 */
export function byStripe(
  { order, session_of, sessions }: EventBatch,
  stripes: number,
): readonly (readonly [number, number[]])[] {
  const groups = new Map<number, number[]>();
  let last: number | undefined;
  let group: number[] = [];
  // Events of one session are adjacent, so its stripe is computed once.
  for (const event of order) {
    const number = session_of[event] ?? 0;
    if (number !== last) {
      last = number;
      const { project = 1, session_id = '' } = sessions[number] ?? {};
      const stripe = stripeOf(project, session_id, stripes);
      group = groups.get(stripe) ?? [];
      groups.set(stripe, group);
    }
    group.push(event);
  }
  return [...groups].sort(([a], [b]) => a - b);
}
