import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import { followLog, type TailItem } from '../../query/tail/tail.js';
import { ProblemError } from '../problems/problem.js';
import { labels, name, oneOf } from '../route/parameters.js';
import { headersOf } from '../route/reply-headers.js';
import { route } from '../route/route.js';

/** Milliseconds of silence after which a line is sent, so that proxies keep the connection. */
const heartbeatMs = 15_000;
/** Milliseconds after which a stream's key is looked at again: a revoked one reads no further. */
const admitMs = 500;
/** What a client waits before it connects anew, in milliseconds. */
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
    'Server-sent events. `event` holds an event of the log, `run` the totals of a run that events ' +
    'before it changed. Reconnect with the last id as `Last-Event-ID` (browsers do so by ' +
    'themselves) and the stream goes on after it, without gaps or repeats, from up to 24 hours ' +
    'back; older ids are answered 410. Newly folded events come within about half a second. It ends ' +
    'when its key is revoked.',
  scope: 'read',
  query: z.strictObject({
    session_id: name('Only of this conversation').optional(),
    run_id: name('Only of this run').optional(),
    label: labels('Only events with this label').optional(),
    only: oneOf(['events', 'runs'], 'Only these').optional(),
    last_event_id: z
      .string('the id of an event of this stream')
      .meta({ description: 'Stands in for the header `Last-Event-ID`' })
      .optional(),
  }),
  headers: { 'Last-Event-ID': 'The id of the last message received: the stream goes on after it' },
  is_stream: true,
  answers: { 200: { description: 'The stream', type: 'text/event-stream', example } },
  problems: [410],
  async handle({ service, request, reply, project, key, query }) {
    const { last_event_id, label, ...filters } = query;
    const cursor = headerOf(request.headers['last-event-id']) ?? last_event_id;
    const release = service.streams.open(key?.id ?? '', project);
    const ended = new AbortController();
    const end = () => ended.abort();
    service.closing.addEventListener('abort', end, { once: true });
    reply.raw.once('close', end);
    // A client that is gone already gives no such signal any more.
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
      // The first item tells whether the stream can begin: until then a problem can be answered.
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
      if (!reply.raw.headersSent) throw error;
      // Nobody can be told any more but by the end of the stream; the client comes again.
      const request_id = request.id;
      if (error instanceof ProblemError) {
        service.log.info(
          { request_id, code: error.code },
          'tail stream ended: not let in any more',
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

interface Taking {
  readonly signal: AbortSignal;
  readonly drain_ms: number;
}

interface Sending extends Taking {
  /** @throws ProblemError once the key is revoked, or a key is needed where there was none. */
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

/** An item without data moves the client's last id on and is no event to it (HTML, section 9.2.6). */
function textOf(item: TailItem): string {
  if (item.kind === 'none') return `id: ${item.cursor}\n\n`;
  const data = JSON.stringify(item.kind === 'event' ? item.event : item.run);
  return `id: ${item.cursor}\nevent: ${item.kind}\ndata: ${data}\n\n`;
}

/**
 * A slow reader slows its own stream down, and takes no memory. One that takes nothing at all is cut off:
 * it would keep its place, though its key may be revoked by now.
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
