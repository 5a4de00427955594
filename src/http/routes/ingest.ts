import { z } from 'zod';
import { isRawObject } from '../../events/check/normalize-event.js';
import { nameBasedUuid } from '../../events/event-id.js';
import type { Item } from '../../ingest/formats/format.js';
import { type EventKey, NotFoldedError } from '../../query/query-errors.js';
import { waitUntilFolded } from '../../query/wait-until-folded.js';
import { readItems } from '../body/read-items.js';
import { ProblemError } from '../problems/problem.js';
import { eventBodies } from '../route/event-body.js';
import { flag, wholeNumber } from '../route/parameters.js';
import { route } from '../route/route.js';
import type { Caller } from '../service/caller.js';
import { allRefused, ingestResponse, summarize } from './ingest-response.js';
import { sayOtherContent } from './say-other-content.js';

const exampleFault = {
  index: 1,
  faults: [{ field: 'run_id', expected: 'a string of 1 to 200 characters', got: 'nothing' }],
};

/** Takes events. */
export const ingestRoute = route({
  method: 'POST',
  path: '/v1/events',
  id: 'ingestEvents',
  tag: 'events',
  summary: 'Send events',
  description:
    'Responds once the events are durably on the queue. The body is one event, an array, or newline-delimited ' +
    'JSON, with gzip or zstd by `Content-Encoding`. Sending an event again with the same session and id changes ' +
    'nothing, so you may repeat a request after 503 or a lost response: give every event an `id`, or ' +
    'the request an `Idempotency-Key`, from which missing ids are made. Valid events are accepted ' +
    'even if others of the request are invalid.',
  scope: 'ingest',
  query: z.strictObject({
    wait: flag('Respond once the totals include the events: a following read sees them').optional(),
    timeout_ms: wholeNumber(0, 60_000, 'How long `wait` may take; 10,000 by default').optional(),
    ids: flag('Return the ids of all events').optional(),
  }),
  headers: {
    'Content-Encoding':
      'The compression of the body: `gzip` or `zstd`; absent if it is not compressed',
    'Idempotency-Key':
      'Identifies the request, with 1 to 255 visible ASCII characters: missing ids of events are made from it and their index',
  },
  body: eventBodies,
  responses: {
    200: {
      description: 'With `wait=true`: the totals include the events',
      schema: ingestResponse,
      example: { accepted: 3, refused: 0, folded: true },
    },
    202: {
      description: 'The events are on the queue',
      schema: ingestResponse,
      example: { accepted: 3, refused: 0 },
    },
    207: {
      description: 'Some of the events are on the queue, others were refused',
      schema: ingestResponse,
      example: {
        accepted: 2,
        refused: 1,
        faults: [exampleFault],
      },
    },
  },
  problems: [408, 409, 413, 415, 422],
  async handle({ service, request, reply, project, key, query }) {
    const { limits, metrics, producers, database, freshness } = service;
    const room = service.bodies.open();
    const taken = await (async () => {
      try {
        const items = await readItems(request.raw, limits, room);
        const idempotency = readIdempotencyKey(request.headers['idempotency-key']);
        service.eventRate.take(key?.id ?? '', items.length);
        if (idempotency !== undefined) service.requestBodies.check(project, idempotency, items);
        const events = items.map((item, at) => eventOf(item, at, idempotency));
        const places = events.flatMap((event, at) => (event === undefined ? [] : [at]));
        const sent = await producers.send(
          project,
          places.map((at) => events[at]),
        );
        return { items, events, places, sent };
      } finally {
        room.close();
      }
    })();
    const { items, events, places, sent } = taken;
    const result = summarize(items, places, sent, query.ids === true || hasMissingId(items));
    metrics.countEvents(result);
    if (result.accepted === 0 && result.refused > 0) throw allRefused(result);
    const status = result.refused > 0 ? 207 : 202;
    if (query.wait !== true) return { status, body: result };
    const keys = keysOf(events, places, sent.ids, { project, key });
    const gone = new AbortController();
    const leave = () => gone.abort();
    reply.raw.once('close', leave);
    const options = { timeout_ms: query.timeout_ms ?? 10_000, signal: gone.signal };
    // The events are on the queue: whatever fails from here on, the response must say so.
    const failed = (err: unknown) => {
      service.log.warn({ err, request_id: request.id }, 'could not wait for the fold of events');
      return 'database_unavailable' as const;
    };
    const reason = await waitUntilFolded(database, keys, options).then(
      () => undefined,
      (error) => (error instanceof NotFoldedError ? 'not_in_time' : failed(error)),
    );
    reply.raw.off('close', leave);
    freshness.renew(project);
    const folded = reason === undefined;
    const told = folded
      ? await sayOtherContent(service, project, taken, result).catch((error) => {
          failed(error);
          return result;
        })
      : result;
    const all = folded && told.refused === 0 ? 200 : told.refused > 0 ? 207 : 202;
    return { status: all, body: { ...told, folded, ...(folded ? {} : { reason }) } };
  },
});

function readIdempotencyKey(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (typeof header === 'string' && /^[\x21-\x7e]{1,255}$/.test(header)) return header;
  throw new ProblemError(
    'invalid_idempotency_key',
    'The Idempotency-Key is invalid. It must have 1 to 255 visible ASCII characters.',
    { headers: { connection: 'close' } },
  );
}

/** The event to send; undefined for an item without a valid event. */
function eventOf(item: Item, at: number, idempotency: string | undefined): unknown {
  if (item.faults !== undefined) return undefined;
  const { event } = item;
  if (idempotency === undefined || !isRawObject(event) || hasId(event)) return event ?? null;
  return { ...event, id: nameBasedUuid(`idempotency ${JSON.stringify([idempotency, at])}`) };
}

const hasId = (event: Record<string, unknown>) => event.id !== undefined && event.id !== null;
const hasMissingId = (items: readonly Item[]) =>
  items.some((item) => item.faults === undefined && isRawObject(item.event) && !hasId(item.event));

function keysOf(
  events: readonly unknown[],
  places: readonly number[],
  ids: readonly (string | undefined)[],
  { project }: Caller,
): EventKey[] {
  return places.flatMap((place, at) => {
    const event = events[place];
    const id = ids[at];
    if (id === undefined || !isRawObject(event)) return [];
    return [{ project, session_id: String(event.session_id ?? event.run_id), id }];
  });
}
