import { findOtherContent } from '../../append/writer/compare-content.js';
import { isRawObject } from '../../events/check/normalize-event.js';
import type { Item } from '../../ingest/formats/format.js';
import type { Service } from '../service/service.js';
import type { IngestAnswer } from './ingest-answer.js';

/** The items of a body, the events of them, and what became of those that were sent. */
interface Taken {
  readonly items: readonly Item[];
  readonly events: readonly unknown[];
  /** The items that hold an event. */
  readonly places: readonly number[];
  /** The ids of those, by their place in `places`. */
  readonly sent: { readonly ids: readonly (string | undefined)[] };
}

/**
 * Counts as refused what the log holds under the same id with another content: the worker has rejected it. Who
 * does not wait finds it among the rejects.
 */
export async function sayOtherContent(
  service: Service,
  project: number,
  { items, events, places, sent }: Taken,
  result: IngestAnswer,
): Promise<IngestAnswer> {
  const given = places.map((place, at) => {
    const event = events[place];
    if (!isRawObject(event)) return event;
    return {
      ...event,
      id: sent.ids[at],
      occurred_at: event.occurred_at ?? new Date().toISOString(),
    };
  });
  const found = await findOtherContent(service.compareContent, project, given);
  if (found.size === 0) return result;
  const faults = [...found].map(([at, fields]) => ({
    index: items[places[at] ?? 0]?.index ?? at,
    faults: [{ field: 'id', expected: 'one of its own', got: takenId(fields) }],
  }));
  return {
    ...result,
    accepted: result.accepted - faults.length,
    refused: result.refused + faults.length,
    faults: [...(result.faults ?? []), ...faults].sort((a, b) => a.index - b.index),
  };
}

const takenId = (fields: readonly string[]) =>
  `that of an event that came before with other content (${fields.join(', ')})`;
