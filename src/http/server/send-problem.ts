import type { FastifyReply, FastifyRequest } from 'fastify';
import { drainBody } from '../body/unread-body.js';
import { isOtlpPath, isStrayOtlp, statusBody } from '../otlp/otlp-status.js';
import type { PageRoute } from '../page/page-route.js';
import { ProblemError, problemOf } from '../problems/problem.js';
import { problemBody } from '../problems/problem-body.js';
import type { ProblemCode } from '../problems/problem-codes.js';
import { headersOf } from '../route/reply-headers.js';
import { methodsOf, type Route } from '../route/route.js';
import type { Service } from '../service/service.js';

/** Responds with the problem of an error; an error without a problem is logged and not shown. */
export function sendProblem(
  service: Service,
  request: FastifyRequest,
  reply: FastifyReply,
  error: unknown,
): void {
  let problem = problemOf(error) ?? problemFromFramework(error);
  if (problem === undefined) {
    service.log.error({ err: error, request_id: request.id }, 'request failed');
    problem = new ProblemError('internal', 'The service failed. Its log has the details.');
  }
  const { type, body } = isOtlpPath(request.url)
    ? statusBody(request.raw, problem)
    : {
        type: 'application/problem+json; charset=utf-8',
        body: Buffer.from(JSON.stringify(problemBody(problem, request.id))),
      };
  reply.code(problem.status).headers(problem.headers).type(type);
  if (request.raw.complete || request.raw.destroyed) reply.send(body);
  else sendBeforeEnd(request, reply, body);
}

/** Responds to a request whose body is still arriving and will not be read. */
function sendBeforeEnd({ raw }: FastifyRequest, reply: FastifyReply, body: Buffer): void {
  reply.header('connection', 'close').header('content-length', Buffer.byteLength(body)).hijack();
  reply.raw.setHeaders(headersOf(reply));
  reply.raw.writeHead(reply.statusCode);
  reply.raw.write(body);
  void drainBody(raw).then(() => reply.raw.end());
}

/** Errors that Fastify itself finds in a request. */
function problemFromFramework(error: unknown): ProblemError | undefined {
  if (!(error instanceof Error) || !('statusCode' in error)) return undefined;
  const status = Number(error.statusCode);
  if (!(status >= 400 && status < 500)) return undefined;
  const codes: Readonly<Record<number, ProblemCode>> = {
    413: 'too_large',
    414: 'path_too_long',
    415: 'unsupported_media_type',
  };
  return new ProblemError(codes[status] ?? 'bad_request', error.message);
}

/** The path does not exist, or does not have this method. */
export function unknownPath(
  routes: readonly Route[],
  pages: readonly PageRoute[],
  request: FastifyRequest,
): ProblemError {
  const path = request.url.split('?')[0] ?? '';
  const isHere = (one: { readonly path: string }) =>
    new RegExp(`^${one.path.replace(/\{\w+\}/g, '[^/]+').replaceAll('.', '\\.')}$`).test(path);
  const methods = [
    ...routes.filter(isHere).flatMap(methodsOf),
    ...(pages.some(isHere) ? ['GET', 'HEAD'] : []),
  ];
  if (isStrayOtlp(request.raw, path) && !routes.some(isHere)) {
    return new ProblemError(
      'no_such_path',
      'The API has no such path. OTLP is at /v1/traces, /v1/logs and /v1/metrics. OTEL_EXPORTER_OTLP_ENDPOINT takes ' +
        'the address without a path, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT takes it with /v1/traces.',
    );
  }
  if (methods.length === 0) {
    return new ProblemError('no_such_path', 'The API has no such path. See /docs.');
  }
  const allow = [...new Set(methods)].join(', ');
  return new ProblemError('method_not_allowed', `Expected ${allow}, got ${request.method}.`, {
    headers: { allow },
  });
}
