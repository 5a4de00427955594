import { isRawObject } from '../../events/check/normalize-event.js';
import { nameBasedUuid } from '../../events/event-id.js';
import { describeValue, type EventFault } from '../../events/fault.js';
import type { Item } from './format.js';

/**
 * The event in a CloudEvents 1.0 envelope: its `data`. The envelope provides what the data leaves out:
 * `id` is made from the envelope's source and id, which together are unique; `occurred_at` is its
 * time; `type` is the last part of its type, such as `com.example.message`.
 */
export function eventFromCloudEvent(envelope: unknown): Item {
  if (!isRawObject(envelope)) return fault('', 'a CloudEvents envelope', envelope);
  const { specversion, source, id, type, time, data } = envelope;
  if (specversion !== '1.0') return fault('specversion', '"1.0"', specversion);
  for (const [field, value] of Object.entries({ id, source, type })) {
    if (typeof value !== 'string' || value === '') return fault(field, 'a string', value);
  }
  if (!isRawObject(data)) return fault('data', 'an event as an object', data);
  const event = { ...data };
  event.id ??= nameBasedUuid(`cloudevents ${JSON.stringify([source, id])}`);
  event.type ??= String(type).split('.').at(-1);
  if (time !== undefined && time !== null) event.occurred_at ??= time;
  return { event };
}

function fault(field: string, expected: string, got: unknown): Item {
  const faults: EventFault[] = [{ field, expected, got: describeValue(got) }];
  return { faults };
}
