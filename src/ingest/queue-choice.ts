import { type EventRow, indexes } from '../events/columns/event-row.js';
import { stripeOf } from '../events/stripe.js';

/** The number of sessions whose queue is remembered. */
const mostSessions = 10_000;
/**
 * With fewer events per job, the cost of more jobs exceeds what a worker saves with fewer stripes
 * per job.
 */
const worthwhile = 100;

/** Chooses the queue of each event. No event is bound to its queue. */
export interface QueueChoice {
  queueOf(row: EventRow): string;
  /** A job is full: the next one may go to another queue. */
  next(): void;
  /** All buffered events are sent, in full jobs or not. */
  turn(): void;
}

/**
 * Chooses one of several queues. If there are so many events that the jobs of each queue are large,
 * the session decides, so that a worker has few stripes at a time. Otherwise all buffered events go
 * to one queue and the next ones to another, because many small jobs cost the most.
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
    queueOf(row) {
      gathered += 1;
      if (names() !== known) {
        known = names();
        queues.clear();
      }
      if (isBySession) return ofSession(String(row[indexes.session_id]));
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

/** For a single queue. */
export function onlyQueue(name: string): QueueChoice {
  return { queueOf: () => name, next: () => undefined, turn: () => undefined };
}
