import { indexes } from '../events/columns/event-row.js';
import { eventKey } from '../events/event-id.js';
import type { DecodedJob } from './decode-job.js';

/** The events of several jobs that are written together. */
export interface EventBatch {
  readonly jobs: readonly DecodedJob[];
  /** The index of each event's job. Events are numbered across all jobs. */
  readonly job_of: Uint16Array;
  /** The number of each job's first event. */
  readonly starts: readonly number[];
  /** The 16-byte key of each event's id, as a string. */
  readonly keys: readonly string[];
  /** The number of each event's session, in `sessions`. */
  readonly session_of: Uint32Array;
  /** The different sessions, in the order of the log's key. */
  readonly sessions: readonly BatchSession[];
  /** The events to write, by number, in the order of the log's key. */
  readonly order: readonly number[];
  /** The parameters of an order, if they were encoded together with other parts of the batch. */
  readonly encoded?: EncodedOrder | undefined;
}

/** The parameters of some events of a batch. They are of no use to a batch with another order. */
export interface EncodedOrder {
  readonly order: readonly number[];
  readonly parameters: Buffer;
}

/** A session that events of a batch belong to. */
export interface BatchSession {
  readonly project: number;
  readonly session_id: string;
}

/**
 * Sorts the events of jobs in the order of the log's key: by project, session and id. All writers
 * then take their locks in the same order.
 */
export function createBatch(jobs: readonly DecodedJob[]): EventBatch {
  const total = jobs.reduce((sum, { events }) => sum + events.size, 0);
  const starts: number[] = [];
  const job_of = new Uint16Array(total);
  const keys: string[] = [];
  const session_of = new Uint32Array(total);
  // There are few sessions: they are sorted first, and events then compare as numbers.
  const sessions: (BatchSession & { readonly number: number })[] = [];
  const numbers = new Map<string, number>();
  jobs.forEach(({ events, project }, at) => {
    starts.push(keys.length);
    const ids = events.columns[indexes.id] ?? [];
    const names = events.columns[indexes.session_id] ?? [];
    for (let event = 0; event < events.size; event++) {
      const session_id = names[event] as string;
      const key = project === 1 ? session_id : `${project}\0${session_id}`;
      let number = numbers.get(key);
      if (number === undefined) {
        number = sessions.length;
        numbers.set(key, number);
        sessions.push({ project, session_id, number });
      }
      session_of[keys.length] = number;
      job_of[keys.length] = at;
      keys.push(eventKey(ids[event] as string));
    }
  });
  const ranks = new Uint32Array(sessions.length);
  sessions.sort((a, b) => a.project - b.project || (a.session_id < b.session_id ? -1 : 1));
  sessions.forEach(({ number }, rank) => {
    ranks[number] = rank;
  });
  for (let event = 0; event < total; event++)
    session_of[event] = ranks[session_of[event] ?? 0] ?? 0;
  const rankAt = (event: number) => session_of[event] ?? 0;
  const order = Array.from({ length: total }, (_, event) => event).sort((a, b) => {
    const [left, right] = [keys[a] ?? '', keys[b] ?? ''];
    return rankAt(a) - rankAt(b) || (left < right ? -1 : left > right ? 1 : 0);
  });
  return { jobs, job_of, starts, keys, session_of, sessions, order };
}

/** Splits the order of a batch by project. */
export function byProject({ order, jobs, job_of }: EventBatch): readonly (readonly number[])[] {
  const projectOf = (event: number | undefined) => jobs[job_of[event ?? 0] ?? 0]?.project;
  const groups: number[][] = [];
  order.forEach((event, at) => {
    if (at === 0 || projectOf(event) !== projectOf(order[at - 1])) groups.push([]);
    groups.at(-1)?.push(event);
  });
  return groups;
}

/** The job of an event, and the event's index in that job. */
export function jobOf(
  { jobs, job_of, starts }: EventBatch,
  event: number,
): { readonly job: DecodedJob; readonly at: number } {
  const number = job_of[event] ?? 0;
  const job = jobs[number];
  if (job === undefined) throw new Error(`Expected the job of event ${event}, got none.`);
  return { job, at: event - (starts[number] ?? 0) };
}
