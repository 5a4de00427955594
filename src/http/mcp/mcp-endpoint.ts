import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Service } from '../service/service.js';

/** The maximum size of a request: a tool call is small. */
const requestBytes = 262_144;

/**
 * The Model Context Protocol over HTTP, with the keys of the API: a call reads the project of its
 * key. Each request is independent; there is no session between requests.
 */
export function createMcpEndpoint(service: Service) {
  const { log, version, database, budgets, access, requestRate } = service;
  const respond = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { project, key } = await access.admit(request.raw, 'read');
    requestRate.take(key?.id ?? '');
    // Loaded with the first request: most services never get one.
    const [{ createMcpHandler }, { createMcpServer }] = await Promise.all([
      import('@modelcontextprotocol/server'),
      import('./create-mcp-server.js'),
    ]);
    const handler = createMcpHandler(
      () => createMcpServer({ database, budgets, project }, { log, version }),
      {
        maxRequestBodySize: requestBytes,
        // There is nothing to subscribe to: the tools do not change while a service runs.
        maxSubscriptions: 0,
        onerror: (error) => log.debug({ err: error }, 'MCP request refused'),
      },
    );
    const response = await handler.fetch(webRequest(request));
    reply.code(response.status);
    for (const [name, value] of response.headers) reply.header(name, value);
    // A client that is refused may still be sending. Otherwise the connection would be neither idle nor in use.
    if (!request.raw.complete) reply.header('connection', 'close');
    const { body } = response;
    // Fastify would write null as JSON.
    return reply.send(
      body === null ? undefined : Readable.fromWeb(body as ReadableStream<Uint8Array>),
    );
  };
  return { path: '/mcp', respond };
}

/** A request for the library. `Authorization` was checked and is not passed on. */
function webRequest({ raw }: FastifyRequest): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(raw.headers)) {
    if (value !== undefined && name !== 'authorization') headers.set(name, String(value));
  }
  const hasBody = raw.method !== 'GET' && raw.method !== 'HEAD';
  return new Request('http://localhost/mcp', {
    method: raw.method ?? 'GET',
    headers,
    ...(hasBody
      ? { body: Readable.toWeb(raw) as unknown as ReadableStream<Uint8Array>, duplex: 'half' }
      : {}),
  } as RequestInit);
}
