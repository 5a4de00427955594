import type { IncomingMessage } from 'node:http';
import { describeValue } from '../../events/fault.js';
import { createJsonMeter } from '../../events/heavy-json.js';
import { describeJsonPlace, noJsonLine } from '../../events/json-place.js';
import { agnoItems } from '../../ingest/formats/agno/agno-items.js';
import { eventFromCloudEvent } from '../../ingest/formats/cloud-events.js';
import type { Item } from '../../ingest/formats/format.js';
import {
  agnoMediaType,
  type EventMediaType,
  eventMediaTypes,
} from '../../ingest/formats/media-types.js';
import { ProblemError } from '../problems/problem.js';
import type { BodyRoom } from '../service/body-room.js';
import type { HttpLimits } from '../service/http-limits.js';
import { decodedBody } from './decoded-body.js';
import { tooLarge, unreadable } from './received-body.js';

type Read = (body: AsyncIterable<Uint8Array>, most: number) => Promise<Item[]>;

const event = (value: unknown): Item => ({ event: value });

/** The reader for each media type. */
const readers: Readonly<Record<EventMediaType, Read>> = {
  'application/json': async (body, most) => {
    const value = await readJson(body);
    return listOf(Array.isArray(value) ? value : [value], most).map(event);
  },
  'application/x-ndjson': readLines,
  'application/ndjson': readLines,
  'application/jsonl': readLines,
  'application/cloudevents+json': async (body) => [eventFromCloudEvent(await readJson(body))],
  'application/cloudevents-batch+json': async (body, most) => {
    const value = await readJson(body);
    if (!Array.isArray(value)) throw unreadable('an array of CloudEvents');
    return listOf(value, most).map(eventFromCloudEvent);
  },
  [agnoMediaType]: async (body, most) => {
    const value = await readJson(body);
    const runs = listOf(Array.isArray(value) ? value : [value], most);
    return listOf(agnoItems(runs), most);
  },
};

/**
 * Reads the items of a body, in order. If a body is refused, none of its items was accepted.
 * @throws ProblemError 400, 408, 413 or 415
 */
export async function readItems(
  request: IncomingMessage,
  limits: HttpLimits,
  room: BodyRoom,
): Promise<Item[]> {
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  const known = eventMediaTypes.find((one) => one === type);
  if (known === undefined) {
    throw new ProblemError(
      'unsupported_media_type',
      `Expected Content-Type ${eventMediaTypes.join(', ')}, got ${type === '' ? 'none' : describeValue(type)}.`,
      { headers: { connection: 'close' } },
    );
  }
  return readers[known](metered(decodedBody(request, limits), room), limits.request_events);
}

/** Counts the arrays, objects and values of a body while it arrives: after parsing it would be too late. */
async function* metered(
  body: AsyncIterable<Uint8Array>,
  room: BodyRoom,
): AsyncGenerator<Uint8Array> {
  const meter = createJsonMeter();
  for await (const chunk of body) {
    room.take(chunk.length);
    const excess = meter.add(chunk);
    if (excess !== undefined) {
      throw tooLarge(`at most ${excess.limit} in one request`, ` at byte ${excess.at}`);
    }
    yield chunk;
  }
}

function listOf<T>(items: T[], most: number): T[] {
  if (items.length > most) throw tooManyEvents(most);
  return items;
}

const tooManyEvents = (most: number) => tooLarge(`at most ${most} events in one request`);

async function readJson(body: AsyncIterable<Uint8Array>): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  let text: string | undefined;
  try {
    text = utf8().decode(Buffer.concat(chunks));
    return JSON.parse(text);
  } catch {
    const got = text === undefined ? undefined : describeJsonPlace(text);
    throw unreadable('a body of JSON in UTF-8', got);
  }
}

const utf8 = () => new TextDecoder('utf-8', { fatal: true });

/** Newline-delimited JSON: one event per line; empty lines are skipped and not counted. */
async function readLines(body: AsyncIterable<Uint8Array>, most: number): Promise<Item[]> {
  const decoder = utf8();
  const items: Item[] = [];
  // The unfinished line, in parts: joining them once is cheapest.
  let open: string[] = [];
  const add = (line: string) => {
    if (line.trim() === '') return;
    if (items.length >= most) throw tooManyEvents(most);
    items.push(itemFromLine(line));
  };
  const take = (text: string) => {
    const [first = '', ...rest] = text.split('\n');
    open.push(first);
    for (const line of rest) {
      add(open.join(''));
      open = [line];
    }
  };
  const decode = (chunk?: Uint8Array) => {
    try {
      return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
    } catch {
      throw unreadable('a body in UTF-8');
    }
  };
  for await (const chunk of body) take(decode(chunk));
  take(decode());
  add(open.join(''));
  return items;
}

function itemFromLine(line: string): Item {
  try {
    return { event: JSON.parse(line) };
  } catch {
    return { faults: [noJsonLine(line)] };
  }
}
