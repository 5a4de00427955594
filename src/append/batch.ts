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
  /** The events to write, by number, in the order of the log's key. */
  readonly order: readonly number[];
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
  const sessionOf = new Uint32Array(total);
  // There are few sessions: they are sorted first, and events then compare as numbers.
  const sessions: { readonly name: string; readonly project: number; readonly number: number }[] =
    [];
  const numbers = new Map<string, number>();
  jobs.forEach(({ events, project }, at) => {
    starts.push(keys.length);
    const ids = events.columns[indexes.id] ?? [];
    const names = events.columns[indexes.session_id] ?? [];
    for (let event = 0; event < events.size; event++) {
      const name = names[event] as string;
      const key = project === 1 ? name : `${project}\0${name}`;
      let number = numbers.get(key);
      if (number === undefined) {
        number = sessions.length;
        numbers.set(key, number);
        sessions.push({ name, project, number });
      }
      sessionOf[keys.length] = number;
      job_of[keys.length] = at;
      keys.push(eventKey(ids[event] as string));
    }
  });
  const ranks = new Uint32Array(sessions.length);
  sessions.sort((a, b) => a.project - b.project || (a.name < b.name ? -1 : 1));
  sessions.forEach(({ number }, rank) => {
    ranks[number] = rank;
  });
  const rankAt = (event: number) => ranks[sessionOf[event] ?? 0] ?? 0;
  const order = Array.from({ length: total }, (_, event) => event).sort((a, b) => {
    const [left, right] = [keys[a] ?? '', keys[b] ?? ''];
    return rankAt(a) - rankAt(b) || (left < right ? -1 : left > right ? 1 : 0);
  });
  return { jobs, job_of, starts, keys, order };
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
