import { RunfoldError } from '../environment/runfold-error.js';

/** The fault of one field, of an event or of another input. */
export interface EventFault {
  /** The field's path, for example `metrics.input_tokens`; empty for the input as a whole. */
  readonly field: string;
  /** What was expected. */
  readonly expected: string;
  /** The input, shortened to 80 characters. */
  readonly got: string;
}

/** The event is invalid. It was not accepted. */
export class InvalidEventError extends RunfoldError {
  readonly code = 'invalid_event';
  constructor(readonly faults: readonly EventFault[]) {
    super(faults.map((fault) => describeFault(fault)).join('; '));
    this.name = 'InvalidEventError';
  }
}

/** The maximum number of faults that are listed for one event. */
export const maxFaults = 100;
const maxField = 250;

/** The first faults of an event, and the number of the others; `unread` is the number of those that are not in `faults`. */
export function listFaults(faults: Iterable<EventFault>, unread = 0): readonly EventFault[] {
  const listed = new Map<string, EventFault>();
  let more = unread;
  for (const fault of faults) {
    const field = shortened(fault.field, maxField);
    const key = `${field}\0${fault.expected}`;
    if (listed.has(key)) continue;
    if (listed.size < maxFaults) listed.set(key, { ...fault, field });
    else more += 1;
  }
  const list = [...listed.values()];
  if (more > 0) list.push({ field: '', expected: 'no further faults', got: `${more} more` });
  return list;
}

function shortened(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most).toWellFormed()}…` : text;
}

/** A fault as a sentence. `whole` names the input whose field is empty. */
export function describeFault(fault: EventFault, whole = 'event'): string {
  const where = fault.field === '' ? whole : fault.field;
  return `${where}: expected ${fault.expected}, got ${fault.got}`;
}

/** A value for a fault: as JSON if possible, at most 80 characters. */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (typeof value === 'function' || typeof value === 'symbol') return typeof value;
  const text = typeof value === 'string' ? JSON.stringify(value.slice(0, 100)) : shortJson(value);
  return text.length > 80 ? `${text.slice(0, 79).toWellFormed()}…` : text;
}

function shortJson(value: unknown): string {
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (value instanceof Date) return `Date(${value.getTime()})`;
  if (typeof value === 'object' && value !== null) {
    const keys = Object.keys(value)
      .slice(0, 5)
      .map((key) => key.slice(0, 80));
    return `an object with ${keys.length === 0 ? 'no keys' : `keys ${keys.join(', ')}`}`;
  }
  return JSON.stringify(value);
}
