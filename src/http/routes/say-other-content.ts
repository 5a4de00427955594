import { findOtherContent } from '../../append/writer/compare-content.js';
import { within } from '../../environment/within.js';
import { isRawObject } from '../../events/check/normalize-event.js';
import type { Item } from '../../ingest/formats/format.js';
import type { Service } from '../service/service.js';
import type { IngestResponse } from './ingest-response.js';

/** The items of a body, their events, and the outcome of those that were sent. */
interface Taken {
  readonly items: readonly Item[];
  readonly events: readonly unknown[];
  /** The items that have a valid event. */
  readonly places: readonly number[];
  /** The ids of those, by their place in `places`. */
  readonly sent: { readonly ids: readonly (string | undefined)[] };
}

/**
 * Counts events as refused if the log has their id with other content: the worker has rejected them. A client
 * that does not wait finds them among the rejects.
 */
export async function sayOtherContent(
  service: Service,
  project: number,
  { items, events, places, sent }: Taken,
  result: IngestResponse,
): Promise<IngestResponse> {
  const given = places.map((place, at) => {
    const event = events[place];
    if (!isRawObject(event)) return event;
    return {
      ...event,
      id: sent.ids[at],
      occurred_at: event.occurred_at ?? new Date().toISOString(),
    };
  });
  const { read_timeout_ms: ms } = service.limits;
  const found = await within(
    ms,
    findOtherContent(service.compareContent, project, given),
    () => new Error(`no comparison with the log within ${ms} ms`),
  );
  if (found.size === 0) return result;
  const faults = [...found].map(([at, fields]) => ({
    index: items[places[at] ?? 0]?.index ?? at,
    faults: [{ field: 'id', expected: 'a unique id', got: takenId(fields) }],
  }));
  return {
    ...result,
    accepted: result.accepted - faults.length,
    refused: result.refused + faults.length,
    faults: [...(result.faults ?? []), ...faults].sort((a, b) => a.index - b.index),
  };
}

const takenId = (fields: readonly string[]) =>
  `the id of an earlier event with other content (${fields.join(', ')})`;
