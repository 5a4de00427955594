import type { FastifyReply } from 'fastify';
import type { Route } from '../route/route.js';
import type { Service } from '../service/service.js';

/** Whether a route reads and ends; a stream ends its own statements. */
export const isRead = ({ method, scope, is_stream }: Route): boolean =>
  method === 'GET' && scope !== undefined && is_stream !== true;

/** The service as a reader sees it: its statements end with its connection, and leave others theirs. */
export function readingFor(service: Service, reply: FastifyReply): Service {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  // A client that is gone already gives no such signal any more.
  if (reply.raw.destroyed) gone.abort();
  return { ...service, database: service.readers.reader(gone.signal) };
}
