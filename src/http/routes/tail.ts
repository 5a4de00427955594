import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import { InvalidCursorError } from '../../query/query-errors.js';
import { followLog, type TailItem } from '../../query/tail/tail.js';
import { ProblemError } from '../problems/problem.js';
import { labels, name, oneOf } from '../route/parameters.js';
import { headersOf } from '../route/reply-headers.js';
import { route } from '../route/route.js';

/** Milliseconds without an event after which a line is sent, so that proxies keep the connection. */
const heartbeatMs = 15_000;
/** Milliseconds after which a stream's key is checked again: a revoked key ends its stream. */
const admitMs = 500;
/** How long a client waits before it reconnects, in milliseconds. */
const retryMs = 2_000;

const example = `retry: ${retryMs}
id: eyJ2Ijox…
event: ready
data: {}

id: eyJ2Ijox…
event: event
data: {"type":"message","id":"message-1","run_id":"run-1",…}

id: eyJ2Ijox…
event: run
data: {"run_id":"run-1","total_tokens":1280,"cost":0.00046,…}
`;

export const tailRoute = route({
  method: 'GET',
  path: '/v1/tail',
  id: 'tail',
  tag: 'events',
  summary: 'Follow newly folded events and runs',
  description:
    'Server-sent events. `event` has an event of the log, `run` the totals of a run that the preceding ' +
    'events changed. Reconnect with the last id as `Last-Event-ID`, as browsers do automatically, ' +
    'and the stream continues after it, without gaps or repeats. The id may be up to 24 hours ' +
    'old; for an older one the response is 410. Newly folded events arrive within about half a second. The stream ends ' +
    'when its key is revoked.',
  scope: 'read',
  query: z.strictObject({
    session_id: name('Only those of this session').optional(),
    run_id: name('Only those of this run').optional(),
    label: labels('Only events with this label').optional(),
    only: oneOf(['events', 'runs'], 'Only these').optional(),
    last_event_id: z
      .string('the id of an event of this stream')
      .meta({ description: 'Replaces the header `Last-Event-ID`' })
      .optional(),
  }),
  headers: {
    'Last-Event-ID': 'The id of the last received message: the stream continues after it',
  },
  is_stream: true,
  responses: { 200: { description: 'The stream', type: 'text/event-stream', example } },
  problems: [410],
  async handle({ service, request, reply, project, key, query }) {
    const { last_event_id, label, ...filters } = query;
    const header = headerOf(request.headers['last-event-id']);
    const cursor = header ?? last_event_id;
    const release = service.streams.open(key?.id ?? '', project);
    const ended = new AbortController();
    const end = () => ended.abort();
    service.closing.addEventListener('abort', end, { once: true });
    reply.raw.once('close', end);
    // A client that has already disconnected no longer triggers this signal.
    if (reply.raw.destroyed) end();
    try {
      const items = followLog(service.database, {
        ...filters,
        labels: label,
        project,
        cursor,
        poll_ms: service.limits.tail_poll_ms,
        signal: ended.signal,
      });
      // The first item shows whether the stream can start: until then, the response can be a problem.
      const first = await items.next();
      reply.hijack();
      reply.raw.setHeaders(headersOf(reply));
      reply.raw.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'x-accel-buffering': 'no',
      });
      const id = first.done ? '' : `id: ${first.value.cursor}\n`;
      const begin = `retry: ${retryMs}\n${id}event: ready\ndata: {}\n\n`;
      const take = { signal: ended.signal, drain_ms: service.limits.tail_drain_ms };
      await write(reply.raw, begin, take);
      await send(reply.raw, items, {
        ...take,
        admit: () => service.access.admit(request.raw, 'read'),
      });
    } catch (error) {
      if (!reply.raw.headersSent) {
        const given = header === undefined ? 'last_event_id' : 'Last-Event-ID';
        throw error instanceof InvalidCursorError ? invalidId(error, given) : error;
      }
      // At this point the stream can only be ended; the client then reconnects.
      const request_id = request.id;
      if (error instanceof ProblemError) {
        service.log.info(
          { request_id, code: error.code },
          'tail stream ended: no longer authorized',
        );
      } else {
        service.log.warn({ err: error, request_id }, 'tail stream broke off');
      }
    } finally {
      release();
      service.closing.removeEventListener('abort', end);
      if (reply.raw.headersSent) reply.raw.end();
    }
    return undefined;
  },
});

/** The error with the name that the client gave the cursor. */
const invalidId = ({ got }: InvalidCursorError, given: string) =>
  new InvalidCursorError(got, given, 'the id of a message of this stream');

interface Taking {
  readonly signal: AbortSignal;
  readonly drain_ms: number;
}

interface Sending extends Taking {
  /** @throws ProblemError once the key is revoked, or once a key is required */
  admit(): Promise<unknown>;
}

async function send(
  response: ServerResponse,
  items: AsyncIterable<TailItem>,
  { signal, drain_ms, admit }: Sending,
): Promise<void> {
  let sentAt = performance.now();
  let admittedAt = sentAt;
  for await (const item of items) {
    const now = performance.now();
    if (now - admittedAt > admitMs) {
      await admit();
      admittedAt = now;
    }
    const isSilent = now - sentAt > heartbeatMs;
    if (item.kind === 'none' && !isSilent) continue;
    if (signal.aborted) return;
    await write(response, textOf(item), { signal, drain_ms });
    sentAt = performance.now();
  }
}

/** An item without data updates the client's last id without an event (HTML, section 9.2.6). */
function textOf(item: TailItem): string {
  if (item.kind === 'none') return `id: ${item.cursor}\n\n`;
  const data = JSON.stringify(item.kind === 'event' ? item.event : item.run);
  return `id: ${item.cursor}\nevent: ${item.kind}\ndata: ${data}\n\n`;
}

/**
 * A slow reader slows down its own stream and uses no memory. A reader that takes nothing is disconnected:
 * it would occupy a stream, although its key may be revoked.
 */
async function write(
  response: ServerResponse,
  text: string,
  { signal, drain_ms }: Taking,
): Promise<void> {
  if (signal.aborted || response.write(text)) return;
  const patience = AbortSignal.timeout(drain_ms);
  try {
    await once(response, 'drain', { signal: AbortSignal.any([signal, patience]) });
  } catch (error) {
    if (patience.aborted) response.destroy();
    else if (!signal.aborted) throw error;
  }
}

const headerOf = (value: string | string[] | undefined) =>
  typeof value === 'string' && value !== '' ? value : undefined;
