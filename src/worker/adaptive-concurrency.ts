const least = 16;
/**
 * More jobs of one event each would not be folded faster, because the queue delivers them one by
 * one. Each job has a lock to renew, and on an overloaded machine too many locks expire.
 */
const most = 250;

/** Chooses how many jobs a worker holds, from the number of events per job. */
export interface AdaptiveConcurrency {
  current(): number;
  /** The mean number of events per job. */
  eventsPerJob(): number;
  /** The new concurrency after a job with this number of events. */
  after(events: number): number;
}

/**
 * Holds about as many jobs as have `eventsInHand` events.
 *
 * Jobs of five hundred events need a low concurrency, jobs of one event a high one. The mean number
 * of events per job decays exponentially by 1/16.
 */
export function adaptiveConcurrency(eventsInHand: number): AdaptiveConcurrency {
  let mean = 500;
  const eventsPerJob = () => Math.max(1, mean);
  const current = () => Math.round(Math.min(most, Math.max(least, eventsInHand / eventsPerJob())));
  return {
    current,
    eventsPerJob,
    after(events) {
      mean += (events - mean) / 16;
      return current();
    },
  };
}
