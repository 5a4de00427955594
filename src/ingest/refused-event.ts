import { randomUUID } from 'node:crypto';
import { isRawObject } from '../events/check/normalize-event.js';
import { parseEvent } from '../events/check/parse-event.js';
import { describeValue, type EventFault } from '../events/fault.js';

/** The faults of an event that a producer refuses, except fields that it fills in. */
export function faultsOfRefused(input: unknown): readonly EventFault[] {
  const given = isRawObject(input)
    ? { ...input, id: input.id ?? randomUUID(), occurred_at: input.occurred_at ?? new Date() }
    : input;
  const parsed = parseEvent(given);
  if (!parsed.ok) return parsed.faults;
  return [{ field: '', expected: 'an event that can be stored', got: describeValue(input) }];
}
