import { type Cells, places } from '../events/columns/event-row.js';
import { stripeOf } from '../events/stripe.js';

/** Sessions whose queue is remembered. */
const mostSessions = 10_000;
/** Events of a job below which it would cost more than what a worker saves by having to do with few stripes. */
const worthwhile = 100;

/** Chooses the queue of each event. No event is bound to its queue. */
export interface QueueChoice {
  queueOf(cells: Cells): string;
  /** A job is full: the next one may go elsewhere. */
  next(): void;
  /** What was gathered is sent, full or not. */
  turn(): void;
}

/**
 * Chooses among several queues: by its session, so that a worker has to do with few stripes at a time, where so
 * much comes that the jobs of each queue are large all the same. Else all that comes goes to one queue, and
 * what comes next to another: many small jobs would cost more than anything.
 */
export function chooseQueues(project: number, names: () => readonly string[]): QueueChoice {
  let known: readonly string[] = names();
  const queues = new Map<string, string>();
  let isBySession = false;
  let gathered = 0;
  // Producers that start at the same time begin at different queues.
  let at = Math.floor(Math.random() * known.length);

  const ofSession = (session: string) => {
    const found = queues.get(session) ?? known[stripeOf(project, session, known.length)] ?? '';
    if (queues.size >= mostSessions) queues.clear();
    queues.set(session, found);
    return found;
  };
  const next = () => {
    at = (at + 1) % known.length;
  };
  return {
    queueOf(cells) {
      gathered += 1;
      if (names() !== known) {
        known = names();
        queues.clear();
      }
      if (isBySession) return ofSession(String(cells[places.session_id]));
      return known[at % known.length] ?? '';
    },
    next,
    turn() {
      isBySession = gathered >= worthwhile * known.length;
      gathered = 0;
      next();
    },
  };
}

/** The one queue there is. */
export function onlyQueue(name: string): QueueChoice {
  return { queueOf: () => name, next: () => undefined, turn: () => undefined };
}
