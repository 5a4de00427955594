import { isRawObject } from '../events/check/normalize-event.js';
import { parseEvent } from '../events/check/parse-event.js';
import { isComplete, readEvent } from '../events/check/read-event.js';
import { isOrderly } from '../events/columns/check-columns.js';
import { createColumns, type EventColumns, eventAt } from '../events/columns/event-columns.js';
import { emptyRow } from '../events/columns/event-row.js';
import { unpackColumns } from '../events/columns/unpack-columns.js';
import { describeValue, type EventFault, InvalidEventError } from '../events/fault.js';
import { excessOf } from '../events/heavy-json.js';
import { isProject, projectPhrase } from '../events/limits.js';
import { jobVersions, maxJobEvents, maxJobText } from '../queue/job.js';
import { mostJobPayloads, mostPayload, type Reject, shortPayload, toReject } from './reject.js';

/** What a job holds, ready for the store. */
export interface DecodedJob {
  readonly job_id: string;
  readonly project: number;
  readonly events: EventColumns;
  /** The index of each event in the job, for error reports. */
  readonly positions: readonly number[];
  readonly rejects: readonly Reject[];
}

/** The number of events in a job, valid and invalid. */
export function eventsIn({ events, rejects }: DecodedJob): number {
  return events.size + rejects.length;
}

/**
 * Decodes the JSON that a queue keeps, like `decodeJob`. Input that is not valid JSON is rejected
 * and kept as a string. It never throws: every error while a job is read becomes a reject.
 */
export function readJob(jobId: string, text: string): DecodedJob {
  // Checked before parsing, which takes several times the memory of the string.
  if (text.length > maxJobText) {
    const message = `job: expected at most ${maxJobText} characters, got ${text.length}`;
    return rejectedJob(jobId, { message, payload: text.slice(0, shortPayload) });
  }
  const excess = excessOf(text);
  if (excess !== undefined) {
    const message = `job: expected at most ${excess.limit}, got more`;
    return rejectedJob(jobId, { message, payload: text.slice(0, shortPayload) });
  }
  const data = parseJson(text);
  const json = data === undefined ? undefined : text;
  try {
    return decodeJob(jobId, data ?? text, json);
  } catch (error) {
    const message = `job: expected one that can be read, got: ${error instanceof Error ? error.message : String(error)}`;
    return rejectedJob(jobId, { message, payload: text, json });
  }
}

/**
 * Checks the events of a job. Anyone can put a job on the queue, so nothing is trusted: an invalid
 * job or an invalid event becomes a reject, and the rest is written.
 */
export function decodeJob(jobId: string, data: unknown, json?: string): DecodedJob {
  const { fault, project, v, body } = readEnvelope(data);
  const refuse = (message: string) => rejectedJob(jobId, { message, payload: data, json, project });
  if (fault !== undefined) return refuse(fault);
  if (v === jobVersions.objects) {
    if (!Array.isArray(body)) {
      return refuse('events: expected an array or the JSON text of one, got something else');
    }
    if (body.length > maxJobEvents) return refuse(tooMany('events', body.length));
    return decodeEvents(jobId, project, body);
  }
  const ids = isRawObject(body) && Array.isArray(body.id) ? body.id.length : 0;
  if (ids > maxJobEvents) return refuse(tooMany('columns.id', ids));
  const unpacked = unpackColumns(body);
  if ('fault' in unpacked) return refuse(unpacked.fault);
  const { columns, has_orderly_texts } = unpacked;
  if (has_orderly_texts && isOrderly(columns)) {
    const positions = Array.from({ length: columns.size }, (_, at) => at);
    return { job_id: jobId, project, events: columns, positions, rejects: [] };
  }
  const events = Array.from({ length: columns.size }, (_, at) => eventAt(columns, at));
  return decodeEvents(jobId, project, events);
}

/** Decodes events one by one. */
function decodeEvents(jobId: string, project: number, raws: readonly unknown[]): DecodedJob {
  const events = createColumns();
  const positions: number[] = [];
  const rejects: Reject[] = [];
  let kept = 0;
  let row = emptyRow();
  raws.forEach((raw, position) => {
    if (isRawObject(raw) && readEvent(raw, row) && isComplete(row)) {
      events.add(row);
      positions.push(position);
      return;
    }
    row = emptyRow();
    const { code, message } = new InvalidEventError(findFaults(raw));
    // Events in columns may share one long string, so all rejects of a job have a common limit too.
    const most = kept > mostJobPayloads ? shortPayload : mostPayload;
    const place = { job_id: jobId, project, position };
    const reject = toReject({ ...place, code, message, payload: raw, most });
    kept += reject.payload.length;
    rejects.push(reject);
  });
  return { job_id: jobId, project, events, positions, rejects };
}

/** The faults of an event that was refused. If two checks disagree, that is a reject too. */
function findFaults(raw: unknown): readonly EventFault[] {
  const parsed = parseEvent(raw);
  if (!parsed.ok) return parsed.faults;
  return [{ field: '', expected: 'an event that can be stored', got: describeValue(raw) }];
}

function rejectedJob(
  jobId: string,
  fault: {
    readonly message: string;
    readonly payload: unknown;
    readonly json?: string | undefined;
    readonly project?: number;
  },
): DecodedJob {
  const { project = 1 } = fault;
  const place = { job_id: jobId, project, position: 0 };
  const reject = toReject({ ...fault, ...place, code: 'invalid_job' });
  return { job_id: jobId, project, events: createColumns(), positions: [], rejects: [reject] };
}

const tooMany = (field: string, events: number) =>
  `${field}: expected at most ${maxJobEvents} events in one job, got ${events}`;

/** Parses JSON, for queues that keep strings as they are. Returns undefined if it is invalid. */
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
  if (!isRawObject(data)) {
    const fault = 'job: expected an object { v, project, columns }, got something else';
    return { fault, project: 1 };
  }
  const { v, project } = data;
  if (v !== jobVersions.objects && v !== jobVersions.columns) {
    const { objects, columns } = jobVersions;
    const fault = `v: expected ${objects} or ${columns}, got ${describeValue(v)}`;
    // Every later version of the format will have its project in this place.
    return { fault, project: isProject(project) ? project : 1 };
  }
  if (!isProject(project)) {
    const fault = `project: expected ${projectPhrase}, got ${describeValue(project)}`;
    return { fault, project: 1 };
  }
  const body = v === jobVersions.objects ? data.events : data.columns;
  return {
    project,
    v,
    body: typeof body === 'string' && excessOf(body) === undefined ? parseJson(body) : body,
  };
}
