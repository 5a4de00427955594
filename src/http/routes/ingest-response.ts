import { z } from 'zod';
import type { EventFault } from '../../events/fault.js';
import type { Item } from '../../ingest/formats/format.js';
import { ProblemError } from '../problems/problem.js';
import { faultSchema } from '../route/response-schema.js';

/** The response to the sender of events. */
export const ingestResponse = z
  .strictObject({
    accepted: z.int().describe('Events that are durably on the queue'),
    refused: z.int().describe('Invalid events; none of them was accepted'),
    ids: z
      .array(z.string().nullable())
      .optional()
      .describe(
        'The ids of the events, by index; present if an event had none, or with `ids=true`',
      ),
    faults: z
      .array(
        z.strictObject({
          index: z.int().describe('The index in the body, from 0'),
          faults: z.array(faultSchema),
        }),
      )
      .optional()
      .describe('Up to 1,000 faults of the refused events'),
    unlisted: z.int().optional().describe('Refused events whose faults are not listed'),
    folded: z.boolean().optional().describe('With `wait=true`: whether the totals hold the events'),
    reason: z
      .enum(['not_in_time', 'database_unavailable'])
      .optional()
      .describe(
        'With `folded: false`: `not_in_time` after `timeout_ms`, or `database_unavailable`: then nobody could look. The events are on the queue.',
      ),
  })
  .meta({ id: 'IngestResponse' });

export type IngestResponse = z.infer<typeof ingestResponse>;

/** Counts the accepted items of a body, and lists the faults of the others. */
export function summarize(
  items: readonly Item[],
  places: readonly number[],
  sent: {
    readonly ids: readonly (string | undefined)[];
    readonly faults: ReadonlyMap<number, readonly EventFault[]>;
  },
  withIds: boolean,
): IngestResponse {
  const found = new Map<number, readonly EventFault[]>();
  items.forEach((item, at) => {
    if (item.faults !== undefined) found.set(at, item.faults);
  });
  for (const [at, faults] of sent.faults) found.set(places[at] ?? 0, faults);
  const faults: NonNullable<IngestResponse['faults']> = [];
  let room = mostFaults;
  for (const [at, of] of [...found].sort(([a], [b]) => a - b)) {
    if (room <= 0) break;
    room -= of.length;
    faults.push({ index: items[at]?.index ?? at, faults: of.map((fault) => ({ ...fault })) });
  }
  const unlisted = found.size - faults.length;
  const ids = new Map(places.map((place, at) => [place, sent.ids[at]]));
  return {
    accepted: items.length - found.size,
    refused: found.size,
    ...(withIds ? { ids: items.map((_, at) => ids.get(at) ?? null) } : {}),
    ...(faults.length > 0 ? { faults } : {}),
    ...(unlisted > 0 ? { unlisted } : {}),
  };
}

/** The maximum number of faults in one response: a request may have 10,000 events with 100 faults each. */
const mostFaults = 1_000;

/** The problem of a body without a single valid event. */
export function allRefused({ accepted, refused, faults, unlisted }: IngestResponse): ProblemError {
  const [{ faults: [first] = [] } = {}] = faults ?? [];
  const text =
    first === undefined
      ? ''
      : `: ${first.field || 'event'}: expected ${first.expected}, got ${first.got}`;
  return new ProblemError('invalid_event', `The body has no valid event${text}.`, {
    fields: { accepted, refused, faults, unlisted },
  });
}
