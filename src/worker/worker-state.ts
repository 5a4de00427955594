/** What a worker is doing at the moment. Times are in milliseconds since 1970, and 0 before the first. */
export interface WorkerState {
  /** Whether it takes jobs: not while it waits for Redis to answer for the first time. */
  readonly is_started: boolean;
  /** Batches that are written at once, at most. */
  readonly lanes: number;
  readonly busy_lanes: number;
  /** Jobs that were taken and wait for a lane. */
  readonly waiting_jobs: number;
  readonly last_batch_at: number;
  /** When a write or the queue last failed. */
  readonly last_error_at: number;
  /** What it was; null while nothing has failed. */
  readonly last_error: string | null;
}

/** What a worker notes of itself as it goes. */
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
