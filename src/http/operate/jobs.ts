import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { problemOf } from '../problems/problem.js';

/** What every job that was started over HTTP has. */
export interface JobView {
  readonly id: string;
  readonly state: 'running' | 'done' | 'failed' | 'cancelled';
  readonly started_at: string;
  readonly ended_at: string | null;
  /** What went wrong, if the state is `failed`. */
  readonly error: string | null;
}

/** Notes how far a job is. */
export type NoteJob<View> = (changes: Partial<View>) => void;

/** Jobs of one kind in this process: at most one that is running, and the last ones that ended. */
export interface Jobs<View extends JobView> {
  /** The job that is running. */
  running(): View | undefined;
  /** Starts a job. It must not be called while one is running. */
  begin(
    about: Omit<View, keyof JobView>,
    work: (note: NoteJob<View>, signal: AbortSignal) => Promise<void>,
  ): View;
  /** Newest first. */
  list(): readonly View[];
  get(id: string): View | undefined;
  /** Stops a running job. Undefined if there is none with this id. */
  cancel(id: string): Promise<View | undefined>;
  close(): Promise<void>;
}

const mostKept = 20;

/**
 * Keeps jobs of one kind.
 * @param describe the text of an error of this kind; undefined for any other error
 */
export function createJobs<View extends JobView>(
  noun: string,
  log: Logger,
  describe: (error: unknown) => string | undefined,
): Jobs<View> {
  const jobs: View[] = [];
  let current: { readonly id: string; stop: AbortController; ended: Promise<void> } | undefined;

  const find = (id: string) => jobs.find((job) => job.id === id);
  const note = (id: string, changes: Partial<View>) => {
    const at = jobs.findIndex((job) => job.id === id);
    jobs[at] = { ...jobs[at], ...changes } as View;
  };
  const end = (id: string, state: JobView['state'], error: string | null = null) =>
    note(id, { state, error, ended_at: new Date().toISOString() } as Partial<View>);

  return {
    running: () => (current === undefined ? undefined : find(current.id)),
    begin(about, work) {
      const id = randomUUID();
      const stop = new AbortController();
      const started_at = new Date().toISOString();
      const first = { id, state: 'running', started_at, ended_at: null, error: null } as const;
      const job = { ...first, ...about } as unknown as View;
      jobs.unshift(job);
      jobs.splice(mostKept);
      const ended = work((changes) => note(id, changes), stop.signal)
        .then(
          () => end(id, 'done'),
          (error: unknown) => {
            if (stop.signal.aborted) return end(id, 'cancelled');
            // The driver's text may name hosts and users; the log has it.
            const text = describe(error) ?? problemOf(error)?.message;
            end(id, 'failed', text ?? `The ${noun} failed; see the log.`);
            log.error({ err: error, [noun]: id }, `a ${noun} failed`);
          },
        )
        .finally(() => {
          current = undefined;
        });
      current = { id, stop, ended };
      return job;
    },
    list: () => [...jobs],
    get: find,
    async cancel(id) {
      if (current?.id === id) {
        current.stop.abort();
        await current.ended;
      }
      return find(id);
    },
    async close() {
      current?.stop.abort();
      await current?.ended;
    },
  };
}
