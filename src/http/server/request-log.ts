import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Service } from '../service/service.js';

/** Counts and logs responses, without bodies, queries or keys. */
export interface RequestLog {
  /** Sets the caller of a request. */
  noteCaller(request: FastifyRequest, project: number, key: string): void;
  note(request: FastifyRequest, reply: FastifyReply): void;
}

/** Statuses for callers that are not admitted: anybody can cause these, so the number of lines is limited. */
const refusals = new Set([400, 401, 403, 404, 405, 421, 429]);
/** The maximum number of lines for refusals per second; more are only counted. */
const mostLines = 20;

export function createRequestLog(service: Service): RequestLog {
  const callers = new WeakMap<FastifyRequest, { readonly project: number; readonly key: string }>();
  let second = 0;
  let [lines, left] = [0, 0];

  /** Whether to log a refusal; at the start of a second, the unlogged ones of the previous second are counted. */
  const hasLine = () => {
    const now = Math.floor(performance.now() / 1_000);
    if (now !== second) {
      if (left > 0) service.log.info({ requests: left }, 'refused requests without a line');
      [second, lines, left] = [now, 0, 0];
    }
    lines += 1;
    if (lines > mostLines) left += 1;
    return lines <= mostLines;
  };

  return {
    noteCaller: (request, project, key) => void callers.set(request, { project, key }),
    note(request, reply) {
      const route = request.routeOptions.url ?? 'unknown';
      const { method } = request;
      const status = reply.statusCode;
      const seconds = reply.elapsedTime / 1000;
      service.metrics.countRequest({ method, route, status, seconds });
      const caller = callers.get(request);
      if (caller === undefined && refusals.has(status) && !hasLine()) return;
      const fields = {
        request_id: request.id,
        method,
        route,
        status,
        ms: Math.round(seconds * 1e6) / 1e3,
        ...(caller === undefined ? {} : { project: caller.project }),
        ...(caller === undefined || caller.key === '' ? {} : { key_id: caller.key }),
      };
      const level = status >= 500 ? 'warn' : status >= 400 ? 'info' : 'debug';
      service.log[level](fields, 'request');
    },
  };
}
