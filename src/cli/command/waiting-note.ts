import { QueueConnectionError } from '../../queue/queue-errors.js';
import { queueName } from '../../queue/queue-target.js';
import type { Tier } from '../../tier.js';

/** A job that has waited longer than this number of seconds is no longer normal. */
const longSeconds = 5;

/**
 * A note on acknowledged events that are in no total yet; undefined if none wait. Where the number of workers is
 * unknown, and while there is one, only a long wait is worth a note.
 */
export async function waitingNote(tier: Tier): Promise<string | undefined> {
  if (await hasNothingToDo(tier)) return undefined;
  const { queue, is_owner } = tier;
  // BullMQ takes longer to load than most commands run.
  const { openQueueGauge } = await import('../../queue/queue-gauge.js');
  let giveUp: (outage: Error) => void = () => undefined;
  const outage = new Promise<never>((_, reject) => {
    giveUp = reject;
  });
  // The race below reports it. This only prevents an unhandled rejection until then.
  outage.catch(() => undefined);
  const gauge = await openQueueGauge(queue, (error) => {
    // Nobody waits for a queue that refuses a connection: the figures are there already.
    if (error instanceof QueueConnectionError) giveUp(error);
  });
  try {
    const { jobs, age_seconds } = await Promise.race([gauge.read(), outage]);
    const waiting = (jobs.waiting ?? 0) + (jobs.delayed ?? 0) + (jobs.active ?? 0);
    if (waiting === 0) return undefined;
    // On an embedded store that this command serves, no worker is running.
    const hasNoWorker = is_owner || (await Promise.race([gauge.workers(), outage])) === 0;
    if (!hasNoWorker && age_seconds < longSeconds) return undefined;
    const since = `for ${Math.max(1, Math.round(age_seconds))} s`;
    const [what, verb] = waiting === 1 ? ['1 job', 'waits'] : [`${waiting} jobs`, 'wait'];
    return hasNoWorker
      ? `${what} of events ${verb} on the queue and no worker is running: these figures do not include them. Run "runfold worker" or "runfold up".`
      : `${what} of events ${verb} on the queue, the oldest ${since}: these figures do not include them. Is a worker running?`;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (error instanceof QueueConnectionError) {
      return `${reason} These figures may lack events that are waiting on the queue.`;
    }
    return `The queue does not respond (${reason}): these figures may lack events that are waiting on it.`;
  } finally {
    await gauge.close();
  }
}

/**
 * Whether a queue on the store's Postgres has no unfinished job, by BullMQ's table. False if that cannot be read, and of
 * a queue on Redis: the gauge then says what there is.
 */
async function hasNothingToDo({ queue, database }: Tier): Promise<boolean> {
  if (queue.kind !== 'postgres') return false;
  const unfinished = `select exists (select from bullmq.job
    where queue = $1 and state in ('waiting', 'active', 'delayed')) as found`;
  try {
    const [row] = await database.query<{ found: boolean }>(unfinished, [queueName]);
    return row?.found === false;
  } catch {
    return false;
  }
}
