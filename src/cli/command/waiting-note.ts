import { openQueueGauge } from '../../queue/queue-gauge.js';
import type { Tier } from '../../tier.js';

/** Seconds after which a job on the queue is not just on its way. */
const longSeconds = 5;

/**
 * What to say of events that are acknowledged and in no total yet; undefined where none waits. On an embedded
 * store that this command serves nobody folds; elsewhere a job that has waited long says so.
 */
export async function waitingNote({ queue, is_owner }: Tier): Promise<string | undefined> {
  const gauge = await openQueueGauge(queue, () => undefined);
  try {
    const { jobs, age_seconds } = await gauge.read();
    const waiting = (jobs.waiting ?? 0) + (jobs.delayed ?? 0) + (jobs.active ?? 0);
    if (waiting === 0 || (!is_owner && age_seconds < longSeconds)) return undefined;
    const since = `for ${Math.max(1, Math.round(age_seconds))} s`;
    const [what, verb] = waiting === 1 ? ['1 job', 'waits'] : [`${waiting} jobs`, 'wait'];
    return is_owner
      ? `${what} of events ${verb} on the queue and nobody folds: not in these figures. Run "runfold worker" or "runfold up".`
      : `${what} of events ${verb} on the queue, the oldest ${since}: not in these figures. Is a worker running?`;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return `The queue does not answer (${reason}): whether events wait for these figures is not known.`;
  } finally {
    await gauge.close();
  }
}
