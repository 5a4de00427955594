import { nameBasedUuid } from '../../events/event-id.js';
import { describeValue, type EventFault, InvalidEventError } from '../../events/fault.js';
import { noJsonLine } from '../../events/json-place.js';
import { eventTypes, type MetricEventInput } from '../../events/metric-event.js';
import { InvalidAgnoRunError } from '../../ingest/formats/agno/agno-record.js';
import { fromAgnoRow, isAgnoRow } from '../../ingest/formats/agno/from-agno-row.js';
import { fromAgnoRun } from '../../ingest/formats/agno/from-agno-run.js';
import { countOccurrences } from './occurrences.js';

/** The content of a line before it is checked. */
interface RawEvent {
  type?: unknown;
  id?: unknown;
  occurred_at?: unknown;
  user_id?: unknown;
}

/** The formats of the lines of an input. */
export const lineFormats = ['runfold', 'agno'] as const;
export type LineFormat = (typeof lineFormats)[number];

/** Reads the events of one line. @throws InvalidEventError if the line has none */
export type ReadLine = (text: string) => readonly MetricEventInput[];

/** The reader of one input. `user_id` is the user of events that do not name one. */
export function openLineReader(format: LineFormat, user_id: string | undefined): ReadLine {
  if (format === 'runfold') return wireEventReader(user_id);
  return (text) => {
    try {
      const run = parseObject(text);
      // An event also has a run id, and would be read as an empty run.
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
 * One event per line. An event without an id gets one made from the text of its line and the number of earlier
 * equal lines in this input. So sending the same input twice changes nothing, and equal lines stay separate
 * events.
 */
function wireEventReader(user_id: string | undefined): ReadLine {
  const occurrences = countOccurrences();
  return (text) => {
    const event = parseObject(text);
    event.id ??= nameBasedUuid(`line ${occurrences.next(text)} ${text}`);
    if (user_id !== undefined) event.user_id ??= user_id;
    // The producer checks it later.
    return [event as unknown as MetricEventInput];
  };
}

/**
 * One event per line with its own id and time, as in an export: it is the same event whenever it is sent
 * again.
 */
export function readExportedLine(text: string): readonly MetricEventInput[] {
  const event = parseObject(text);
  const faults = (['id', 'occurred_at'] as const)
    .filter((field) => event[field] === undefined || event[field] === null)
    .map((field) => ({
      field,
      expected: 'a value, as in an export',
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
    throw invalid(noJsonLine(text));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid({ field: '', expected: 'an object', got: describeValue(value) });
  }
  return value;
}

const invalid = (fault: EventFault) => new InvalidEventError([fault]);
