import { type Cells, places } from '../events/columns/event-row.js';
import { stripeOf } from '../events/stripe.js';

/** Sessions whose queue is remembered. */
const mostSessions = 10_000;

/**
 * Names the queue of an event by its session, so that a worker has to do with few stripes at a time. No event
 * is bound to its queue: with another number of queues a session has another one.
 */
export function sessionQueues(
  project: number,
  names: () => readonly string[],
): (cells: Cells) => string {
  let known: readonly string[] = [];
  const queues = new Map<string, string>();
  return (cells) => {
    const now = names();
    if (queues.size >= mostSessions || now !== known) {
      queues.clear();
      known = now;
    }
    const session = String(cells[places.session_id]);
    const queue =
      queues.get(session) ?? known[stripeOf(project, session, known.length)] ?? known[0] ?? '';
    queues.set(session, queue);
    return queue;
  };
}
