import { indexes } from '../../events/columns/event-row.js';
import { stripeOf } from '../../events/stripe.js';
import type { EventBatch } from '../batch.js';

/**
 * Splits the order of a batch by stripe, sorted by stripe. Each part keeps the order of the log's
 * key.
 */
export function byStripe(
  batch: EventBatch,
  stripes: number,
): readonly (readonly [number, number[]])[] {
  const { order, jobs, job_of, starts } = batch;
  const groups = new Map<number, number[]>();
  let project: number | undefined;
  let session: unknown;
  let group: number[] = [];
  // Events of one session are adjacent, so its stripe is computed once.
  for (const event of order) {
    const number = job_of[event] ?? 0;
    const job = jobs[number];
    const name = job?.events.columns[indexes.session_id]?.[event - (starts[number] ?? 0)];
    if (job?.project !== project || name !== session) {
      project = job?.project;
      session = name;
      const stripe = stripeOf(project ?? 1, String(name), stripes);
      group = groups.get(stripe) ?? [];
      groups.set(stripe, group);
    }
    group.push(event);
  }
  return [...groups].sort(([a], [b]) => a - b);
}
