/**
 * Events a worker holds at once, roughly: two batches that are being written, and two that are ready
 * when the first of them is done.
 */
const eventsInHand = 20_000;
const least = 16;
/**
 * More jobs of one event would not be folded any faster, as the queue gives them one by one; but each
 * has a lock to renew, and where the machine is overloaded that many locks run out.
 */
const most = 250;

/** Chooses how many jobs a worker holds at once from how many events a job brings. */
export interface AdaptiveConcurrency {
  current(): number;
  /** The concurrency to go on with after a job of so many events. */
  after(events: number): number;
}

/**
 * Jobs of five hundred events need few at once, jobs of one event need many. The mean of the events
 * a job brings is kept with an exponential decay of 1/16.
 */
export function adaptiveConcurrency(): AdaptiveConcurrency {
  let mean = 500;
  const current = () =>
    Math.round(Math.min(most, Math.max(least, eventsInHand / Math.max(1, mean))));
  return {
    current,
    after(events) {
      mean += (events - mean) / 16;
      return current();
    },
  };
}
