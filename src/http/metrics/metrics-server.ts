import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { hasBearerToken } from './bearer-token.js';
import { failingOf, type ReadyState } from './readiness.js';

/** Settings of a listener for probes and Prometheus. */
export interface MetricsServerOptions {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  /** The bearer token of `/metrics`; undefined if everybody who can reach the address may read it. */
  readonly token: string | undefined;
  readonly log: Logger;
  /** The metrics, in Prometheus's exposition format. */
  readonly metrics: { readonly content_type: string; text(): Promise<string> };
  /** The checks of `/readyz`, by name. */
  readonly ready: () => Promise<Readonly<Record<string, ReadyState>>>;
}

/** A listener for probes and Prometheus. */
export interface MetricsServer {
  /** `http://127.0.0.1:9464` */
  readonly url: string;
  close(): Promise<void>;
}

/** @throws the error of the system if the address is not available */
export async function openMetricsServer(options: MetricsServerOptions): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    respond(options, request, response).catch((error: unknown) => {
      options.log.warn({ err: error }, 'could not respond to a probe');
      send(response, 500, { status: 'failing' });
    });
  });
  server.requestTimeout = 10_000;
  server.headersTimeout = 5_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  server.on('error', (error) => options.log.warn({ err: error }, 'the listener of metrics failed'));
  const { address, family, port } = server.address() as AddressInfo;
  const url = `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  options.log.info({ url }, 'metrics at /metrics, probes at /livez and /readyz');
  return {
    url,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function respond(
  { metrics, token, ready }: MetricsServerOptions,
  { method, url = '/', headers }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [path] = url.split('?');
  if (method !== 'GET' && method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    return send(response, 405, { status: 'method_not_allowed' });
  }
  if (path === '/livez') return send(response, 200, { status: 'ok' });
  if (path === '/readyz') {
    const found = await ready();
    const isReady = failingOf(found).length === 0;
    return send(response, isReady ? 200 : 503, { status: isReady ? 'ok' : 'failing', ...found });
  }
  if (path !== '/metrics') {
    return send(response, 404, { status: 'not_found', paths: ['/livez', '/readyz', '/metrics'] });
  }
  if (token !== undefined && !hasBearerToken(headers.authorization, token)) {
    response.setHeader('www-authenticate', 'Bearer realm="runfold"');
    return send(response, 401, { status: 'unauthorized' });
  }
  const text = await metrics.text();
  response.writeHead(200, { 'content-type': metrics.content_type, 'cache-control': 'no-store' });
  response.end(text);
}

function send(response: ServerResponse, status: number, body: unknown): void {
  if (response.headersSent) return void response.destroy();
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}
