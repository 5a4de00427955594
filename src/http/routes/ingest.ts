import { z } from 'zod';
import { isRawObject } from '../../events/check/normalize-event.js';
import { nameBasedUuid } from '../../events/event-id.js';
import type { EventFault } from '../../events/fault.js';
import type { Item } from '../../ingest/formats/format.js';
import type { Database } from '../../postgres/database.js';
import { type EventKey, NotFoldedError } from '../../query/query-errors.js';
import { waitUntilFolded } from '../../query/wait-until-folded.js';
import { readItems } from '../body/read-items.js';
import { ProblemError } from '../problems/problem.js';
import { faultSchema } from '../route/answer-schema.js';
import { eventBodies } from '../route/event-body.js';
import { flag, wholeNumber } from '../route/parameters.js';
import { route } from '../route/route.js';
import type { Caller } from '../service/caller.js';

const answer = z
  .strictObject({
    accepted: z.int().describe('Events that the queue durably has'),
    refused: z.int().describe('Events at fault; none of them was taken'),
    ids: z
      .array(z.string().nullable())
      .optional()
      .describe('By place; given when an event had none, or with `ids=true`'),
    faults: z
      .array(
        z.strictObject({
          index: z.int().describe('The place in the body, from 0'),
          faults: z.array(faultSchema),
        }),
      )
      .optional()
      .describe('Of each refused event'),
    folded: z.boolean().optional().describe('With `wait=true`: whether the totals hold the events'),
  })
  .meta({ id: 'IngestAnswer' });

type IngestAnswer = z.infer<typeof answer>;

/** Takes events. */
export const ingestRoute = route({
  method: 'POST',
  path: '/v1/events',
  id: 'ingestEvents',
  tag: 'events',
  summary: 'Send events',
  description:
    'Answers once the queue durably has the events: one, an array, or newline-delimited JSON; gzip ' +
    'or zstd with `Content-Encoding`. An event sent again under the same session and id changes ' +
    'nothing, so a request may be repeated after 503 or a lost answer: give every event an `id`, or ' +
    'the request an `Idempotency-Key`, of which the missing ids are made. Good events are taken ' +
    'though others of the request are at fault.',
  scope: 'ingest',
  query: z.strictObject({
    wait: flag('Answer once the totals hold the events: a read that follows sees them').optional(),
    timeout_ms: wholeNumber(0, 60_000, 'How long `wait` may take; 10,000 by default').optional(),
    ids: flag('Answer the ids of all events').optional(),
  }),
  headers: {
    'Content-Encoding': 'How the body is compressed: `gzip` or `zstd`; absent when it is not',
    'Idempotency-Key':
      'Names the request, in 1 to 255 visible ASCII characters: missing ids of events are made of it and their place',
  },
  body: eventBodies,
  answers: {
    200: {
      description: 'With `wait=true`: the totals hold the events',
      schema: answer,
      example: { accepted: 3, refused: 0, folded: true },
    },
    202: {
      description: 'The queue has the events',
      schema: answer,
      example: { accepted: 3, refused: 0 },
    },
    207: {
      description: 'The queue has some of the events, others were refused',
      schema: answer,
      example: {
        accepted: 2,
        refused: 1,
        faults: [{ index: 1, faults: [{ field: 'run_id', expected: 'text', got: 'nothing' }] }],
      },
    },
  },
  problems: [408, 413, 415, 422],
  async handle({ service, request, project, key, query }) {
    const { limits, metrics, producers, database, freshness } = service;
    const items = await readItems(request.raw, limits);
    const idempotency = readIdempotencyKey(request.headers['idempotency-key']);
    service.eventRate.take(key?.id ?? '', items.length);
    const events = items.map((item, at) => eventOf(item, at, idempotency));
    const places = events.flatMap((event, at) => (event === undefined ? [] : [at]));
    const sent = await producers.send(
      project,
      places.map((at) => events[at]),
    );
    const result = summarize(items, places, sent, query.ids === true || hasMissingId(items));
    metrics.countEvents(result);
    if (result.accepted === 0 && result.refused > 0) throw allRefused(result);
    const status = result.refused > 0 ? 207 : 202;
    if (query.wait !== true) return { status, body: result };
    const keys = keysOf(events, places, sent.ids, { project, key });
    const folded = await isFolded(database, keys, query.timeout_ms ?? 10_000);
    freshness.renew(project);
    return { status: folded && status === 202 ? 200 : status, body: { ...result, folded } };
  },
});

function readIdempotencyKey(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (typeof header === 'string' && /^[\x21-\x7e]{1,255}$/.test(header)) return header;
  throw new ProblemError(
    'invalid_idempotency_key',
    'Expected an Idempotency-Key of 1 to 255 visible ASCII characters, got another.',
    { headers: { connection: 'close' } },
  );
}

/** The event to send; undefined for an item that holds none. */
function eventOf(item: Item, at: number, idempotency: string | undefined): unknown {
  if (item.faults !== undefined) return undefined;
  const { event } = item;
  if (idempotency === undefined || !isRawObject(event) || hasId(event)) return event ?? null;
  return { ...event, id: nameBasedUuid(`idempotency ${JSON.stringify([idempotency, at])}`) };
}

const hasId = (event: Record<string, unknown>) => event.id !== undefined && event.id !== null;
const hasMissingId = (items: readonly Item[]) =>
  items.some((item) => item.faults === undefined && isRawObject(item.event) && !hasId(item.event));

function summarize(
  items: readonly Item[],
  places: readonly number[],
  sent: {
    readonly ids: readonly (string | undefined)[];
    readonly faults: ReadonlyMap<number, readonly EventFault[]>;
  },
  withIds: boolean,
): IngestAnswer {
  const found = new Map<number, readonly EventFault[]>();
  items.forEach((item, at) => {
    if (item.faults !== undefined) found.set(at, item.faults);
  });
  for (const [at, faults] of sent.faults) found.set(places[at] ?? 0, faults);
  const faults = [...found]
    .sort(([a], [b]) => a - b)
    .map(([at, of]) => ({
      index: items[at]?.index ?? at,
      faults: of.map((fault) => ({ ...fault })),
    }));
  const ids = new Map(places.map((place, at) => [place, sent.ids[at]]));
  return {
    accepted: items.length - faults.length,
    refused: faults.length,
    ...(withIds ? { ids: items.map((_, at) => ids.get(at) ?? null) } : {}),
    ...(faults.length > 0 ? { faults } : {}),
  };
}

function allRefused({ accepted, refused, faults }: IngestAnswer): ProblemError {
  const [{ faults: [first] = [] } = {}] = faults ?? [];
  const text =
    first === undefined
      ? ''
      : `: ${first.field || 'event'}: expected ${first.expected}, got ${first.got}`;
  return new ProblemError(
    'invalid_event',
    `Expected an event that can be taken, got none${text}.`,
    {
      fields: { accepted, refused, faults },
    },
  );
}

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

async function isFolded(
  database: Database,
  keys: readonly EventKey[],
  timeout_ms: number,
): Promise<boolean> {
  try {
    await waitUntilFolded(database, keys, { timeout_ms });
    return true;
  } catch (error) {
    if (error instanceof NotFoldedError) return false;
    throw error;
  }
}
