/** The current state of a worker. Times are in milliseconds since 1970; 0 means not yet. */
export interface WorkerState {
  /** Whether it takes jobs. It does not before the first response of Redis. */
  readonly is_started: boolean;
  /** The maximum number of batches that are written at the same time. */
  readonly lanes: number;
  readonly busy_lanes: number;
  /** Jobs that the worker has taken and that wait for a lane. */
  readonly waiting_jobs: number;
  readonly last_batch_at: number;
  /** When a write or the queue last failed. */
  readonly last_error_at: number;
  /** The error; null if nothing has failed. */
  readonly last_error: string | null;
}

/** Records the state of a worker. */
export function openWorkerNotes() {
  let [is_started, last_batch_at, last_error_at] = [false, 0, 0];
  let last_error: string | null = null;
  return {
    start() {
      is_started = true;
    },
    batch() {
      last_batch_at = Date.now();
    },
    fault(error: unknown) {
      last_error_at = Date.now();
      last_error = error instanceof Error ? error.message : String(error);
    },
    read: () => ({ is_started, last_batch_at, last_error_at, last_error }),
  };
}
