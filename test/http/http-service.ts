import { pino } from 'pino';
import {
  type HttpServer,
  type HttpServerOptions,
  openHttpServer,
} from '#runfold/http/server/open-http-server.js';
import { createKey, type KeyScope } from '#runfold/store/api-keys.js';
import type { TierName } from '#runfold/tier.js';
import { openWorker, type RunningWorker } from '#runfold/worker/open-worker.js';
import { openTestTier, type TestTier } from '../../harness/tiers.js';

const log = pino({ level: 'silent' });

/** A service on a separate store for a test, with a worker. */
export interface TestService {
  readonly home: TestTier;
  readonly http: HttpServer;
  /** Requests a path of the service. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Creates a key, and returns the headers of a request with it. */
  key(project: number, scopes: readonly KeyScope[]): Promise<KeyHeaders>;
  close(): Promise<void>;
}

/** A key as the headers of a request, and its id. */
export interface KeyHeaders {
  readonly id: string;
  readonly headers: { readonly authorization: string };
}

/** Opens a service. Without `worker`, events stay on the queue. */
export async function openTestService(
  tierName: TierName,
  options: Partial<HttpServerOptions> & {
    readonly worker_runs?: boolean;
    readonly span_wait_seconds?: number;
  } = {},
): Promise<TestService> {
  const { worker_runs = true, span_wait_seconds, ...settings } = options;
  const home = await openTestTier(tierName);
  const { tier } = home;
  let worker: RunningWorker | undefined;
  const http = await openHttpServer({
    target: tier.target,
    queue: tier.queue,
    log,
    port: 0,
    worker: () => worker?.stats(),
    span_worker: () => worker?.span_stats(),
    ...settings,
  });
  if (worker_runs) {
    worker = await openWorker({
      database: tier.database,
      queue: tier.queue,
      log,
      on_batch: http.metrics.countBatch,
      span_wait_seconds,
    });
  }
  return {
    home,
    http,
    fetch: (path, init) => fetch(`${http.url}${path}`, init),
    async key(project, scopes) {
      const { key, id } = await createKey(tier.database, { project, scopes });
      return { id, headers: { authorization: `Bearer ${key}` } };
    },
    async close() {
      await http.close();
      await worker?.close();
      await home.close();
    },
  };
}

/** The JSON of a response, with the type that the test expects. */
export async function jsonOf<T = Readonly<Record<string, unknown>>>(
  answer: Response | Promise<Response>,
): Promise<T> {
  return (await (await answer).json()) as T;
}

/** A request that sends events as JSON. */
export function posted(body: unknown, headers: Readonly<Record<string, string>> = {}): RequestInit {
  return {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  };
}
