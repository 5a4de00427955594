import { isRawObject } from '../events/check/normalize-event.js';
import { parseEvent } from '../events/check/parse-event.js';
import { isComplete, readEvent } from '../events/check/read-event.js';
import { isOrderly } from '../events/columns/check-columns.js';
import { createBlock, type EventBlock, eventAt } from '../events/columns/event-columns.js';
import { emptyCells } from '../events/columns/event-row.js';
import { unpackColumns } from '../events/columns/packed-columns.js';
import { InvalidEventError } from '../events/fault.js';
import { jobVersions } from '../queue/job.js';
import { type Reject, rejectOf } from './reject.js';

/** What a job holds, ready for the store. */
export interface DecodedJob {
  readonly job_id: string;
  readonly project: number;
  readonly events: EventBlock;
  /** Where in the job each event stood, for a fault to be laid at its door. */
  readonly positions: readonly number[];
  readonly rejects: readonly Reject[];
}

/** How many events a job brings, good and bad. */
export function eventsIn({ events, rejects }: DecodedJob): number {
  return events.size + rejects.length;
}

/** `decodeJob` of the JSON text that a queue keeps. What is no JSON is rejected as the text it is. */
export function readJob(jobId: string, text: string): DecodedJob {
  return decodeJob(jobId, parseJson(text) ?? text);
}

/**
 * Checks the events of a job. Anyone can put a job on the queue, so nothing is taken on trust: what
 * is not a batch of ours, or not an event of the vocabulary, becomes a reject, and the rest goes on.
 */
export function decodeJob(jobId: string, data: unknown): DecodedJob {
  const { fault, project, v, body } = readEnvelope(data);
  if (fault !== undefined) return rejectedJob(jobId, data, fault);
  if (v === jobVersions.objects) {
    if (!Array.isArray(body)) {
      const expected = 'events: expected an array or the JSON text of one, got something else';
      return rejectedJob(jobId, data, expected);
    }
    return decodeEvents(jobId, project, body);
  }
  const unpacked = unpackColumns(body);
  if ('fault' in unpacked) return rejectedJob(jobId, data, unpacked.fault);
  const { block, has_orderly_texts } = unpacked;
  if (has_orderly_texts && isOrderly(block)) {
    const positions = Array.from({ length: block.size }, (_, at) => at);
    return { job_id: jobId, project, events: block, positions, rejects: [] };
  }
  const events = Array.from({ length: block.size }, (_, at) => eventAt(block, at));
  return decodeEvents(jobId, project, events);
}

/** Events one by one. */
function decodeEvents(jobId: string, project: number, raws: readonly unknown[]): DecodedJob {
  const events = createBlock();
  const positions: number[] = [];
  const rejects: Reject[] = [];
  let cells = emptyCells();
  raws.forEach((raw, position) => {
    if (isRawObject(raw) && readEvent(raw, cells) && isComplete(cells)) {
      events.add(cells);
      positions.push(position);
      return;
    }
    cells = emptyCells();
    const parsed = parseEvent(raw);
    if (parsed.ok) throw new Error(`Expected readEvent to take ${JSON.stringify(raw)}`);
    const { code, message } = new InvalidEventError(parsed.faults);
    rejects.push(rejectOf({ job_id: jobId, project, position, code, message, payload: raw }));
  });
  return { job_id: jobId, project, events, positions, rejects };
}

function rejectedJob(jobId: string, payload: unknown, message: string): DecodedJob {
  const place = { job_id: jobId, project: 1, position: 0 };
  const reject = rejectOf({ ...place, code: 'invalid_job', message, payload });
  return { job_id: jobId, project: 1, events: createBlock(), positions: [], rejects: [reject] };
}

/** The value of a JSON text, for queues that keep texts as they are; undefined when it is none. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readEnvelope(data: unknown): {
  fault?: string;
  project: number;
  v?: unknown;
  body?: unknown;
} {
  const faulty = (fault: string) => ({ fault, project: 1 });
  if (!isRawObject(data)) {
    return faulty('job: expected an object { v, project, columns }, got something else');
  }
  const { v, project } = data;
  if (v !== jobVersions.objects && v !== jobVersions.columns) {
    const { objects, columns } = jobVersions;
    return faulty(`v: expected ${objects} or ${columns}, got ${JSON.stringify(v) ?? 'nothing'}`);
  }
  if (!Number.isInteger(project) || Number(project) < 1 || Number(project) > 2_147_483_647) {
    return faulty(
      `project: expected a whole number from 1, got ${JSON.stringify(project) ?? 'nothing'}`,
    );
  }
  const body = v === jobVersions.objects ? data.events : data.columns;
  return {
    project: Number(project),
    v,
    body: typeof body === 'string' ? parseJson(body) : body,
  };
}
