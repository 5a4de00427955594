import { readJob } from '../../append/decode-job.js';
import { otherContent } from '../../append/other-content.js';
import { InvalidEventError } from '../../events/fault.js';
import type { MetricEventInput } from '../../events/metric-event.js';
import { dropReject, type RejectedEvent, rejectedEventOf } from '../../query/rejects.js';
import { jobName, jobOptions } from '../../queue/job.js';
import { type JobQueues, openJobQueues } from '../../queue/job-queues.js';
import type { Runfold } from '../../runfold.js';
import type { CommandContext } from '../command/command.js';
import { expectStore } from '../command/existing-store.js';
import { printable } from '../output/printable.js';
import { chosenRejects, type RejectChoice } from './chosen-rejects.js';
import { waitUntilWorkedOff } from './queue-progress.js';
import { withRunfold } from './with-runfold.js';

/** How many rejects are sent before the queue must have acknowledged them. */
const chunk = 500;

/**
 * Sends rejected events through the queue again. A reject is deleted only once the queue has its
 * event. If this process dies in between, events are sent twice, which changes nothing.
 */
export async function retryRejects(
  context: CommandContext,
  choice: RejectChoice,
): Promise<{ readonly sent: number; readonly kept: number }> {
  const { settings, terminal } = context;
  expectStore(settings);
  return withRunfold(context, { role: 'runfold rejects retry' }, async (runfold) => {
    const { sent, kept } = await sendAgain(runfold, choice, (reject, reason) =>
      terminal.note(printable(`${reject.id}: kept: ${reason}`)),
    );
    if (runfold.worker !== undefined) await workOff(runfold);
    return { sent, kept };
  });
}

async function sendAgain(
  { database, producer, tier }: Runfold,
  choice: RejectChoice,
  onKept: (reject: RejectedEvent, reason: string) => void,
) {
  let [sent, kept] = [0, 0];
  let pending: RejectedEvent[] = [];
  const queues = await openJobQueues(tier.queue, { onError: () => undefined });
  const settle = async () => {
    await producer.flush();
    for (const { id, project } of pending) await dropReject(database, { id, project });
    sent += pending.length;
    pending = [];
  };
  try {
    for await (const reject of chosenRejects(database, choice)) {
      try {
        if (reject.code === otherContent) throw new KeptError(idTaken);
        if (reject.code === 'invalid_job') await sendJob(queues, reject);
        else producer.emit(rejectedEventOf(reject) as MetricEventInput);
        pending.push(reject);
      } catch (error) {
        if (!(error instanceof InvalidEventError) && !(error instanceof KeptError)) throw error;
        kept += 1;
        onKept(reject, error.message);
      }
      if (pending.length >= chunk) await settle();
    }
    await settle();
    return { sent, kept };
  } finally {
    await queues.close();
  }
}

/** A reject that this version would reject again. */
class KeptError extends Error {}

/** A whole job that this version can read: a worker of an earlier version did not know its format. */
async function sendJob(queues: JobQueues, { id, payload }: RejectedEvent): Promise<void> {
  const { events, rejects } = readJob(id, payload);
  const [first] = rejects;
  if (events.size === 0 && first !== undefined) throw new KeptError(first.message);
  // On Postgres a job's data is jsonb, which stores a string unchanged and parses an object.
  const { v, project, columns, events: objects } = JSON.parse(payload);
  const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  const body = columns === undefined ? { events: text(objects) } : { columns: text(columns) };
  const queue = await queues.next();
  await queue.add(jobName, { v, project, ...body }, { ...jobOptions, jobId: id });
}

const idTaken =
  'another event with its id is in the log; drop this reject, or send its event with another id';

/** Folds what was sent: on an embedded store there may be no other worker. */
async function workOff({ tier }: Runfold): Promise<void> {
  const queues = await openJobQueues(tier.queue, { onError: () => undefined });
  try {
    await waitUntilWorkedOff(queues, new AbortController().signal);
  } finally {
    await queues.close();
  }
}
