import { within } from '../environment/within.js';
import { EventJob, jobName, jobOptions, type QueuedJob } from '../queue/job.js';
import type { JobQueues } from '../queue/job-queues.js';
import type { Batch } from './event-buffer.js';
import { attemptTimeoutMs, type ReplayWindow } from './replay-window.js';

/** Writes jobs without a queue. */
export interface JobWriter {
  /** Writes the events of a job and resolves after the commit that holds them. */
  write(job: QueuedJob): Promise<void>;
  /** Why writes fail now, such as a full disk, while they are repeated. */
  fault(): Error | undefined;
}

/** Receives jobs and keeps them. */
export interface JobDestination {
  /** Resolves when the jobs, all for the same queue, cannot be lost any more. */
  put(batches: readonly Batch[]): Promise<void>;
  /** The maximum number of concurrent calls. */
  mostInFlight(): number;
  /** Why a call that has not ended yet is late, if that is known. */
  fault?(): Error | undefined;
}

/** Concurrent calls, or one per queue: enough to hide a round trip, few enough to be fair. */
const inFlightLimit = 4;
/** Enough for the batch that a worker writes and for the next one. */
const writtenInFlight = 20;

/** Adds jobs to the queue. A replay window keeps acknowledged jobs if the queue may lose them. */
export function toQueues(
  queues: JobQueues,
  project: number,
  replay: ReplayWindow | undefined,
): JobDestination {
  const add = async (batches: readonly Batch[]) => {
    const name = batches[0]?.queue ?? '';
    const queue = await queues.open(name);
    const send = () =>
      queue.addBulk(
        batches.map(({ columns, job_id }) => ({
          name: jobName,
          data: new EventJob(project, columns),
          opts: { ...jobOptions, jobId: job_id },
        })),
      );
    const bytes = batches.reduce((sum, { columns }) => sum + columns.length, 0);
    if (replay === undefined) await send();
    else await replay.send({ queue: name, bytes, jobs: batches.length, send });
  };
  return {
    put: (batches) =>
      within(
        attemptTimeoutMs,
        add(batches),
        () => queues.connected.outage() ?? new Error(`no response within ${attemptTimeoutMs} ms`),
      ),
    mostInFlight: () => Math.max(inFlightLimit, queues.names().length),
  };
}

/** Gives jobs to a worker of this process, which repeats failed writes itself. */
export function toWriter({ write, fault }: JobWriter, project: number): JobDestination {
  return {
    fault,
    async put(batches) {
      await Promise.all(
        batches.map(({ job_id, columns }) =>
          write({ id: job_id, data: new EventJob(project, columns).packed() }),
        ),
      );
    },
    mostInFlight: () => writtenInFlight,
  };
}
