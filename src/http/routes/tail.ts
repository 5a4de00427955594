import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import { followLog, type TailItem } from '../../query/tail.js';
import { name, oneOf } from '../parameters.js';
import { ProblemError } from '../problem.js';
import { route } from '../route.js';

/** Seconds of silence after which a line is sent, so that proxies keep the connection. */
const heartbeatMs = 15_000;
/** What a client waits before it connects anew, in milliseconds. */
const retryMs = 2_000;

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
    'back; older ids are answered 410. Newly folded events come within about half a second.',
  scope: 'read',
  query: z.strictObject({
    session_id: name('Only of this conversation').optional(),
    run_id: name('Only of this run').optional(),
    only: oneOf(['events', 'runs'], 'Only these').optional(),
    last_event_id: z
      .string('the id of an event of this stream')
      .meta({ description: 'Stands in for the header `Last-Event-ID`' })
      .optional(),
  }),
  answers: { 200: { description: 'The stream', type: 'text/event-stream' } },
  problems: [410],
  async handle({ service, request, reply, project, key, query }) {
    const { last_event_id, ...filters } = query;
    const cursor = headerOf(request.headers['last-event-id']) ?? last_event_id;
    if (service.closing.aborted) throw new ProblemError(503, 'closing', 'The service is closing.');
    const release = service.streams.open(key?.id ?? '');
    const ended = new AbortController();
    const end = () => ended.abort();
    service.closing.addEventListener('abort', end, { once: true });
    reply.raw.once('close', end);
    try {
      const items = followLog(service.database, {
        ...filters,
        project,
        cursor,
        poll_ms: service.limits.tail_poll_ms,
        signal: ended.signal,
      });
      // The first item tells whether the stream can begin: until then a problem can be answered.
      const first = await items.next();
      reply.hijack();
      reply.raw.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
        'x-content-type-options': 'nosniff',
        'x-request-id': request.id,
      });
      await write(
        reply.raw,
        `retry: ${retryMs}\n${first.done ? '' : `id: ${first.value.cursor}\n`}event: ready\ndata: {}\n\n`,
        ended.signal,
      );
      await send(reply.raw, items, ended.signal);
    } catch (error) {
      if (!reply.raw.headersSent) throw error;
      // Nobody can be told any more but by the end of the stream; the client comes again.
      service.log.warn({ err: error, request_id: request.id }, 'tail stream broke off');
    } finally {
      release();
      service.closing.removeEventListener('abort', end);
      if (reply.raw.headersSent) reply.raw.end();
    }
    return undefined;
  },
});

async function send(
  response: ServerResponse,
  items: AsyncIterable<TailItem>,
  signal: AbortSignal,
): Promise<void> {
  let sentAt = performance.now();
  for await (const item of items) {
    const isSilent = performance.now() - sentAt > heartbeatMs;
    if (item.kind === 'none' && !isSilent) continue;
    if (signal.aborted) return;
    await write(response, textOf(item), signal);
    sentAt = performance.now();
  }
}

/** An item without data moves the client's last id on and is no event to it (HTML, section 9.2.6). */
function textOf(item: TailItem): string {
  if (item.kind === 'none') return `id: ${item.cursor}\n\n`;
  const data = JSON.stringify(item.kind === 'event' ? item.event : item.run);
  return `id: ${item.cursor}\nevent: ${item.kind}\ndata: ${data}\n\n`;
}

/** A slow reader slows its own stream down, and takes no memory. */
async function write(response: ServerResponse, text: string, signal: AbortSignal): Promise<void> {
  if (signal.aborted || response.write(text)) return;
  try {
    await once(response, 'drain', { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

const headerOf = (value: string | string[] | undefined) =>
  typeof value === 'string' && value !== '' ? value : undefined;
