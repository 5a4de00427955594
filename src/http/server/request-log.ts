import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Service } from '../service/service.js';

/** Counts and logs answers: no body, no query and no key reaches the log. */
export interface RequestLog {
  /** Says whose request it is. */
  noteCaller(request: FastifyRequest, project: number, key: string): void;
  note(request: FastifyRequest, reply: FastifyReply): void;
}

/** Answers to whom is not let in: anybody can cause these, so their lines are bounded. */
const refusals = new Set([400, 401, 403, 404, 405, 421, 429]);
/** Lines of refusals within a second; of more there is a count. */
const mostLines = 20;

export function createRequestLog(service: Service): RequestLog {
  const callers = new WeakMap<FastifyRequest, { readonly project: number; readonly key: string }>();
  let second = 0;
  let [lines, left] = [0, 0];

  /** Whether a refusal has a line; when a second begins, those of before without one are counted. */
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
