import { nameBasedUuid } from '../../events/event-id.js';
import { describeValue, type EventFault, InvalidEventError } from '../../events/fault.js';
import { eventTypes, type MetricEventInput } from '../../events/metric-event.js';
import { InvalidAgnoRunError } from '../../ingest/formats/agno/agno-record.js';
import { fromAgnoRow, isAgnoRow } from '../../ingest/formats/agno/from-agno-row.js';
import { fromAgnoRun } from '../../ingest/formats/agno/from-agno-run.js';
import { countOccurrences } from './occurrences.js';

/** What a line holds before it is checked. */
interface RawEvent {
  type?: unknown;
  id?: unknown;
  occurred_at?: unknown;
  user_id?: unknown;
}

/** How the lines of an input are written. */
export const lineFormats = ['runfold', 'agno'] as const;
export type LineFormat = (typeof lineFormats)[number];

/** Reads the events of one line. @throws InvalidEventError where the line has none. */
export type ReadLine = (text: string) => readonly MetricEventInput[];

/** The reader of one input. `user_id` is whom events are for that do not say so themselves. */
export function openLineReader(format: LineFormat, user_id: string | undefined): ReadLine {
  if (format === 'runfold') return wireEventReader(user_id);
  return (text) => {
    try {
      const run = parseObject(text);
      // An event has a run id too, and would be read as an empty run.
      if (typeof run.type === 'string' && Object.hasOwn(eventTypes, run.type)) {
        const got = `a Runfold event of type ${describeValue(run.type)}; leave out --format agno`;
        throw invalid({ field: '', expected: 'an Agno run', got });
      }
      return isAgnoRow(run) ? fromAgnoRow(run, { user_id }) : fromAgnoRun(run, { user_id });
    } catch (error) {
      if (!(error instanceof InvalidAgnoRunError)) throw error;
      throw invalid(error);
    }
  };
}

/**
 * One event a line. Without an id it gets one made from the line's text and how often that text has
 * come before in this input: the same input sent twice changes nothing, and equal lines in it stay
 * events of their own.
 */
function wireEventReader(user_id: string | undefined): ReadLine {
  const occurrences = countOccurrences();
  return (text) => {
    const event = parseObject(text);
    event.id ??= nameBasedUuid(`line ${occurrences.next(text)} ${text}`);
    if (user_id !== undefined) event.user_id ??= user_id;
    // The producer checks it; until then it is whatever the line says.
    return [event as unknown as MetricEventInput];
  };
}

/**
 * One event a line that says itself which one it is and when it was, as an export does: sent again,
 * whatever the store holds, it is the same event.
 */
export function readExportedLine(text: string): readonly MetricEventInput[] {
  const event = parseObject(text);
  const faults = (['id', 'occurred_at'] as const)
    .filter((field) => event[field] === undefined || event[field] === null)
    .map((field) => ({
      field,
      expected: 'one, as an export has',
      got: describeValue(event[field]),
    }));
  if (faults.length > 0) throw new InvalidEventError(faults);
  return [event as unknown as MetricEventInput];
}

function parseObject(text: string): RawEvent {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid({ field: '', expected: 'a line of JSON', got: describeValue(text) });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid({ field: '', expected: 'an object', got: describeValue(value) });
  }
  return value;
}

const invalid = (fault: EventFault) => new InvalidEventError([fault]);
