import { type Reject, toReject } from '../../append/reject.js';
import type { SpanItem } from '../../otlp/spans/span-item.js';
import type { QueuedJob } from '../../queue/job.js';

/** What a job of spans holds. */
export interface DecodedSpanJob {
  readonly job: QueuedJob;
  readonly project: number;
  readonly items: readonly SpanItem[];
  readonly rejects: readonly Reject[];
}

/** The number of spans in a job, valid and invalid. */
export const spansIn = ({ items, rejects }: DecodedSpanJob) => items.length + rejects.length;

/**
 * Checks the spans of a job. Anyone can put a job on the queue: a span that does not have the form
 * our service sends becomes a reject, and the rest is stored.
 */
export function decodeSpanJob(job: QueuedJob): DecodedSpanJob {
  const data = parseJson(job.data);
  const project = isObject(data) ? data.project : undefined;
  const list =
    isObject(data) && typeof data.spans === 'string'
      ? parseJson(data.spans)
      : isObject(data)
        ? data.spans
        : undefined;
  if (!isWhole(project, 1, 2_147_483_647) || !Array.isArray(list)) {
    return { job, project: 1, items: [], rejects: [rejectedJob(job)] };
  }
  const items: SpanItem[] = [];
  const rejects: Reject[] = [];
  list.forEach((value: unknown, position) => {
    const fault = findFault(value);
    if (fault === undefined) items.push(value as SpanItem);
    else {
      rejects.push(
        toReject({
          job_id: job.id,
          project,
          position,
          code: 'invalid_span',
          message: `${fault}: expected a span as the HTTP service reduces it, got something else`,
          payload: value,
        }),
      );
    }
  });
  return { job, project, items, rejects };
}

/** Makes the reject of a whole job. */
export function rejectedJob(job: QueuedJob, message?: string): Reject {
  return toReject({
    job_id: job.id,
    project: 1,
    position: 0,
    code: 'invalid_job',
    message: message ?? 'job: expected { v: 3, project, spans }, got something else',
    payload: parseJson(job.data) ?? job.data,
  });
}

const names = ['run', 'session', 'user', 'team', 'workflow', 'agent_id', 'agent_name'];
const traceId = /^[0-9a-f]{32}$/;
const spanId = /^[0-9a-f]{16}$/;

/** The first invalid field. */
function findFault(value: unknown): string | undefined {
  if (!isObject(value)) return 'span';
  const { trace, span, parent, kind, flags, own, event } = value;
  if (typeof trace !== 'string' || !traceId.test(trace)) return 'trace';
  if (typeof span !== 'string' || !spanId.test(span)) return 'span';
  if (parent !== undefined && (typeof parent !== 'string' || !spanId.test(parent))) return 'parent';
  if (!isWhole(kind, 0, 3)) return 'kind';
  if (!isWhole(flags, 0, 3)) return 'flags';
  if (event !== undefined && !isObject(event)) return 'event';
  if (own === undefined) return undefined;
  const isNamed =
    isObject(own) &&
    Object.entries(own).every(([name, text]) => names.includes(name) && typeof text === 'string');
  return isNamed ? undefined : 'own';
}

function isWhole(value: unknown, least: number, most: number): value is number {
  return Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
