import type { FastifyReply, FastifyRequest } from 'fastify';
import { ProblemError, problemBody, problemOf } from './problem.js';
import type { Route } from './route.js';
import type { Service } from './service.js';

/** Answers a request with the problem that an error is; what is none is logged, and no one's to see. */
export function sendProblem(
  service: Service,
  request: FastifyRequest,
  reply: FastifyReply,
  error: unknown,
): void {
  let problem = problemOf(error) ?? problemOfFramework(error);
  if (problem === undefined) {
    service.log.error({ err: error, request_id: request.id }, 'request failed');
    problem = new ProblemError(500, 'internal', 'The service failed; its log says more.');
  }
  if (request.raw.readableEnded === false && problem.status >= 400 && request.method === 'POST') {
    // What is left of a body is not read.
    reply.header('connection', 'close');
  }
  reply
    .code(problem.status)
    .headers(problem.headers)
    .type('application/problem+json; charset=utf-8')
    .send(JSON.stringify(problemBody(problem, request.id)));
}

/** What Fastify itself finds wrong with a request. */
function problemOfFramework(error: unknown): ProblemError | undefined {
  if (!(error instanceof Error) || !('statusCode' in error)) return undefined;
  const status = Number(error.statusCode);
  if (!(status >= 400 && status < 500)) return undefined;
  return new ProblemError(status, 'bad_request', error.message);
}

/** There is no such path, or no such method of it. */
export function unknownPath(routes: readonly Route[], request: FastifyRequest): ProblemError {
  const path = request.url.split('?')[0] ?? '';
  const methods = routes
    .filter((route) =>
      new RegExp(`^${route.path.replace(/\{\w+\}/g, '[^/]+').replaceAll('.', '\\.')}$`).test(path),
    )
    .map(({ method }) => method);
  if (methods.length === 0) {
    return new ProblemError(
      404,
      'no_such_path',
      'Expected a path of the API, got another. See /docs.',
    );
  }
  const allow = [...new Set(methods)].join(', ');
  return new ProblemError(405, 'method_not_allowed', `Expected ${allow}, got ${request.method}.`, {
    headers: { allow },
  });
}
