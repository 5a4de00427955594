import type { FastifyReply } from 'fastify';
import { shareShardMap } from '../../store/shards/open-shard-map.js';
import type { Route } from '../route/route.js';
import type { Service } from '../service/service.js';

/** Whether a route reads and its response ends; a stream cancels its own statements. */
export const isRead = ({ method, scope, is_stream }: Route): boolean =>
  method === 'GET' && scope !== undefined && is_stream !== true;

/** The service for a reader: its statements are cancelled with its connection. */
export function readingFor(service: Service, reply: FastifyReply): Service {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  // A client that has already disconnected no longer triggers this signal.
  if (reply.raw.destroyed) gone.abort();
  const database = service.readers.reader(gone.signal);
  shareShardMap(service.database, database);
  return { ...service, database };
}
