import { createHash } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import Fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import { closeInTime } from '../../environment/within.js';
import { ReadEndedError } from '../../postgres/readers/readers.js';
import { isOtlpPath } from '../otlp/otlp-status.js';
import type { PageRoute } from '../page/page-route.js';
import { unavailable } from '../problems/problem.js';
import { checked, hasEtag, methodsOf, type Route, type RouteResponse } from '../route/route.js';
import type { Service } from '../service/service.js';
import { respondToBrokenRequest } from './broken-request.js';
import { sayCurrency, sayKnown } from './currency-headers.js';
import { givenQuery } from './given-query.js';
import { watchIdleConnections } from './idle-connections.js';
import { explainListenFault } from './listen-address.js';
import { packed } from './packed.js';
import { isRead, readingFor } from './reading-service.js';
import { createRequestLog, type RequestLog } from './request-log.js';
import { requestId, withoutBase } from './request-names.js';
import { securityHeaders } from './security-headers.js';
import { sendProblem, unknownPath } from './send-problem.js';

/** The routes on a server. */
export interface App {
  /** @throws ListenError */
  listen(host: string, port: number): Promise<AddressInfo>;
  /** Finishes the requests in flight and closes; requests that take too long are aborted. */
  close(timeout_ms: number): Promise<void>;
}

/** What is served in addition to the routes of the API. */
export interface AppOptions {
  readonly pages?: readonly PageRoute[];
  /** Paths with their own protocol, for every method. */
  readonly endpoints?: readonly {
    readonly path: string;
    respond(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply>;
  }[];
  readonly base?: string;
}

/** Serves the routes and the pages; all of them also under `base`, which a proxy may keep in the path. */
export function createApp(
  service: Service,
  routes: readonly Route[],
  { pages = [], endpoints = [], base = '' }: AppOptions = {},
): App {
  const { limits, log } = service;
  const requests = createRequestLog(service);
  const app = Fastify({
    logger: false,
    rewriteUrl: ({ url = '/' }) => withoutBase(url, base),
    genReqId: requestId,
    requestTimeout: limits.request_timeout_ms,
    // A client that does not read its response for this time is disconnected, and its buffers are released.
    connectionTimeout: limits.connection_idle_ms,
    // Requests that arrive during shutdown get a problem below, like any other error.
    return503OnClosing: false,
    clientErrorHandler: (error, socket) => respondToBrokenRequest(service, error, socket),
    http: { headersTimeout: 10_000, connectionsCheckingInterval: 5_000, maxHeaderSize: 65_536 },
    // An id may have 200 characters, and each may need twelve characters when it is encoded.
    routerOptions: { maxParamLength: 2_400 },
    frameworkErrors: (error, request, reply) => {
      prepare(request, reply);
      // No hook is called if there is no route.
      reply.raw.once('finish', () => requests.note(request, reply));
      sendProblem(service, request, reply, error);
    },
  });
  app.removeAllContentTypeParsers();
  // The routes read bodies themselves, within their own limits.
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  app.addHook('onRequest', async (request, reply) => prepare(request, reply));
  app.addHook('onResponse', async (request, reply) => requests.note(request, reply));
  app.setErrorHandler((error, request, reply) => sendProblem(service, request, reply, error));
  app.setNotFoundHandler((request, reply) => {
    sendProblem(service, request, reply, unknownPath(routes, pages, request));
  });
  for (const route of routes) {
    app.route({
      method: route.method,
      url: urlOf(route.path),
      exposeHeadRoute: methodsOf(route).includes('HEAD'),
      handler: (request, reply) => handle(service, requests, route, request, reply),
    });
  }
  for (const { path, respond } of pages) {
    app.route({
      method: 'GET',
      url: urlOf(path),
      exposeHeadRoute: true,
      handler: (request, reply) => respond(request, reply),
    });
  }
  for (const { path, respond } of endpoints) app.all(path, respond);
  const closeIdle = watchIdleConnections(app.server);
  return {
    async listen(host, port) {
      try {
        await app.listen({ host, port });
      } catch (error) {
        throw explainListenFault(error, host, port);
      }
      return app.server.address() as AddressInfo;
    },
    async close(timeout_ms) {
      // A busy connection is kept alive after its request, but no further request would arrive on it.
      const sweep = setInterval(closeIdle, 20);
      await closeInTime(app.close(), timeout_ms, () => {
        log.warn({ timeout_ms }, 'closing without the requests in flight, which take too long');
        app.server.closeAllConnections();
      }).finally(() => clearInterval(sweep));
      log.debug('the HTTP service is closed');
    },
  };
}

/** A path in the syntax of the framework. */
const urlOf = (path: string) => path.replace(/\{(\w+)\}/g, ':$1');

function prepare(request: FastifyRequest, reply: FastifyReply): void {
  reply.headers({ ...securityHeaders, 'x-request-id': request.id });
}

async function handle(
  service: Service,
  requests: RequestLog,
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { scope } = route;
  if (scope !== undefined && service.closing.aborted) {
    throw unavailable('closing', 'The service is shutting down. Retry in a few seconds.');
  }
  const caller =
    scope === undefined
      ? { project: 0, key: undefined }
      : await service.access.admit(request.raw, scope, isOtlpPath(route.path));
  if (scope !== undefined) {
    service.requestRate.take(caller.key?.id ?? '');
    requests.noteCaller(request, caller.project, caller.key?.id ?? '');
  }
  const params = checked(route.params, request.params);
  const query = checked(route.query, givenQuery(request, caller));
  // Read before the data, so the data is at least as current as the headers say.
  // Requests that send events do not wait for it.
  if (scope === 'ingest') sayKnown(service, caller.project, reply);
  else if (scope !== undefined) await sayCurrency(service, caller.project, reply);
  try {
    const given = isRead(route) ? readingFor(service, reply) : service;
    const response = await route.handle({
      ...caller,
      service: given,
      params,
      query,
      request,
      reply,
    });
    return response === undefined ? reply : await send(route, request, reply, response);
  } catch (error) {
    // The client is gone. Should it be there after all, it notices at once that there is no response.
    if (error instanceof ReadEndedError && error.code === 'read_aborted') {
      reply.raw.destroy();
      return reply.hijack();
    }
    throw error;
  }
}

async function send(
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
  response: RouteResponse,
): Promise<FastifyReply> {
  const { status = 200, body, headers = {} } = response;
  reply.code(status).headers(headers);
  const isText = headers['content-type'] !== undefined;
  if (Buffer.isBuffer(body) || body instanceof Readable) return reply.send(body);
  const text = isText ? String(body) : JSON.stringify(body);
  if (!isText) reply.type('application/json; charset=utf-8');
  if (hasEtag(route) && status === 200) {
    const etag = `"${createHash('sha1').update(text).digest('base64url')}"`;
    reply.headers({ etag, 'cache-control': 'private, no-cache' });
    if (isKnown(etag, request.headers['if-none-match'])) {
      return reply.code(304).send();
    }
  }
  return reply.send(await packed(text, request, reply));
}

/** Whether the client already has this response; a proxy that compresses makes tags weak. */
function isKnown(etag: string, header: string | undefined): boolean {
  const tags = header?.split(',').map((tag) => tag.trim().replace(/^W\//, '')) ?? [];
  return tags.includes(etag) || tags.includes('*');
}
