import type { FastifyRequest } from 'fastify';
import type { Caller } from '../service/caller.js';

/** Browsers that are signed in to several projects say which in the query of any route. */
export function givenQuery(request: FastifyRequest, { key }: Caller): unknown {
  if (key?.kind !== 'browser') return request.query;
  const { project: _project, ...query } = request.query as Readonly<Record<string, unknown>>;
  return query;
}
