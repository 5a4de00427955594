import { InvalidEventError } from '../events/event-fault.js';
import { type LogRow, toLogRow } from '../events/log-row.js';
import { parseEvent } from '../events/parse-event.js';
import { jobVersion } from '../ingest/event-job.js';
import { type Reject, rejectOf } from './reject.js';

/** What a job holds, ready for the store. */
export interface DecodedJob {
  readonly job_id: string;
  readonly project: number;
  readonly rows: readonly PlacedRow[];
  readonly rejects: readonly Reject[];
}

/** A row of the log and where it came from, so that a fault can be laid at its door. */
export interface PlacedRow {
  readonly row: LogRow;
  readonly position: number;
  readonly job_id: string;
  /** The event as it came. */
  readonly event: unknown;
}

/**
 * Checks the events of a job. Anyone can put a job on the queue, so nothing is taken on trust: what
 * is not a batch of ours, or not an event of the vocabulary, becomes a reject, and the rest goes on.
 */
export function decodeJob(jobId: string, data: unknown): DecodedJob {
  const { fault, events } = readJob(data);
  if (fault !== undefined) {
    const reject = rejectOf({
      job_id: jobId,
      project: 1,
      position: 0,
      code: 'invalid_job',
      message: fault,
      payload: data,
    });
    return { job_id: jobId, project: 1, rows: [], rejects: [reject] };
  }
  const { project } = data as { project: number };
  const rows: PlacedRow[] = [];
  const rejects: Reject[] = [];
  events.forEach((event, position) => {
    const parsed = parseEvent(event);
    if (parsed.ok) {
      rows.push({ row: toLogRow(parsed.event, project), position, job_id: jobId, event });
    } else {
      const { code, message } = new InvalidEventError(parsed.faults);
      rejects.push(rejectOf({ job_id: jobId, project, position, code, message, payload: event }));
    }
  });
  return { job_id: jobId, project, rows, rejects };
}

function readJob(data: unknown): { fault?: string; events: unknown[] } {
  const fault = jobFault(data);
  if (fault !== undefined) return { fault, events: [] };
  const { events } = data as { events: unknown };
  const list = typeof events === 'string' ? parseJson(events) : events;
  if (Array.isArray(list)) return { events: list };
  return {
    fault: 'events: expected an array or the JSON text of one, got something else',
    events: [],
  };
}

/** The value of a JSON text; undefined when it is none. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function jobFault(data: unknown): string | undefined {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    return 'job: expected an object { v, project, events }, got something else';
  }
  const { v, project } = data as Record<string, unknown>;
  if (v !== jobVersion) return `v: expected ${jobVersion}, got ${JSON.stringify(v) ?? 'nothing'}`;
  if (!Number.isInteger(project) || Number(project) < 1 || Number(project) > 2_147_483_647) {
    return `project: expected a whole number from 1, got ${JSON.stringify(project) ?? 'nothing'}`;
  }
  return undefined;
}
