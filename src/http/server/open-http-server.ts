import type { Logger } from 'pino';
import type { DeliveryOptions } from '../../alerts/deliver.js';
import { compareContentIn } from '../../append/writer/compare-content.js';
import { createBudgetGate } from '../../budgets/budget-gate.js';
import { readPackageVersion } from '../../environment/package-files.js';
import { quietReport } from '../../environment/quiet-report.js';
import { closeInTime, countdown } from '../../environment/within.js';
import { type DatabaseTarget, limitWaits, openDatabase } from '../../postgres/database.js';
import { createReaders } from '../../postgres/readers/readers.js';
import { openQueueGauge } from '../../queue/queue-gauge.js';
import type { QueueTarget } from '../../queue/queue-target.js';
import type { GroupCommitStats } from '../../worker/group-commit.js';
import type { SpanStats } from '../../worker/spans/span-commit.js';
import type { WorkerState } from '../../worker/worker-state.js';
import { createSignInLimit } from '../access/sign-in-limit.js';
import { docsPage } from '../docs/docs-page.js';
import { createMcpEndpoint } from '../mcp/mcp-endpoint.js';
import { type Readiness, readReadiness } from '../metrics/readiness.js';
import { openApiOf } from '../openapi/openapi.js';
import { closeJobs, createServiceJobs } from '../operate/service-jobs.js';
import { readPageFiles } from '../page/page-files.js';
import { pageRoutes } from '../page/page-route.js';
import { routes } from '../routes/routes.js';
import { createAccess } from '../service/access.js';
import { createBodyRooms } from '../service/body-room.js';
import { createFreshness } from '../service/freshness.js';
import { defaultLimits, type HttpLimits } from '../service/http-limits.js';
import { createProjectProducers } from '../service/project-producers.js';
import { createQueueRoom } from '../service/queue-room.js';
import { createRateLimit } from '../service/rate-limit.js';
import { createRequestBodies } from '../service/request-bodies.js';
import type { OtlpOptions, Service } from '../service/service.js';
import { createServiceMetrics, type ServiceMetrics } from '../service/service-metrics.js';
import { createSpanSender } from '../service/span-sender.js';
import { createTailStreams } from '../service/tail-streams.js';
import { createTurns } from '../service/turns.js';
import { createApp } from './app.js';
import { checkListenAddress, isLoopback, urlOf } from './listen-address.js';
import { tierOf } from './served-tier.js';

/** Settings of the HTTP service. */
export interface HttpServerOptions {
  /** The place of the store. */
  readonly target: DatabaseTarget;
  readonly queue: QueueTarget;
  readonly log: Logger;
  /** The project of callers without a key. Defaults to 1. */
  readonly project?: number | undefined;
  /** Defaults to 127.0.0.1. An address other than loopback needs a key. */
  readonly host?: string | undefined;
  /** Defaults to 8580; 0 for any free port. */
  readonly port?: number | undefined;
  /** Whether to serve the web page too. Defaults to true. */
  readonly page?: boolean | undefined;
  /** The path of the service behind a proxy, such as `/runfold`. Defaults to none. */
  readonly base_path?: string | undefined;
  /** The address that browsers use, behind a proxy. With https the cookie is sent over TLS only. */
  readonly public_url?: string | undefined;
  /** The bearer token of `/metrics`. Defaults to none: open while there are no keys, then closed. */
  readonly metrics_token?: string | undefined;
  /** The counts of a worker in this process. */
  readonly worker?: (() => GroupCommitStats | undefined) | undefined;
  /** The current state of a worker in this process. */
  readonly worker_state?: (() => WorkerState | undefined) | undefined;
  /** The counts of spans of a worker in this process. */
  readonly span_worker?: (() => SpanStats | undefined) | undefined;
  /** Which OpenTelemetry data is accepted. Defaults to the last 30 days, without error messages. */
  readonly otlp?: Partial<OtlpOptions> | undefined;
  /** How channels of alerts are created and tested. Defaults to no secrets and no mail. */
  readonly alerts?: DeliveryOptions | undefined;
  /** Connections to the database. Defaults to 8. */
  readonly connections?: number | undefined;
  readonly limits?: Partial<HttpLimits> | undefined;
}

/** The HTTP service, listening. */
export interface HttpServer {
  /** `http://127.0.0.1:8580`, with the base path if there is one. */
  readonly url: string;
  /** Whether the web page is at `url`. */
  readonly has_page: boolean;
  /** Counts the batches of a worker in this process. */
  readonly metrics: ServiceMetrics;
  /** Runs the checks of `/readyz`. */
  ready(): Promise<Readiness>;
  /**
   * Accepts no more requests, finishes those in flight, ends the tail streams, and sends buffered events
   * to the queue, for at most `timeout_ms` (default 20,000).
   */
  close(options?: { readonly timeout_ms?: number | undefined }): Promise<void>;
}

/**
 * Starts the HTTP service.
 * @throws ListenError if the address is in use, or if it is not a loopback address while there are no keys
 */
export async function openHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { log, queue: target, project = 1, host = '127.0.0.1', port = 8580 } = options;
  const base = options.base_path ?? '';
  const limits = { ...defaultLimits, ...options.limits };
  const unlimited = openDatabase(options.target, { max: options.connections ?? 8 });
  const database = limitWaits(unlimited, limits.read_timeout_ms);
  const opened: (() => Promise<void>)[] = [database.close];
  const closing = new AbortController();
  try {
    await checkListenAddress(database, host);
    const onError = quietReport((err, repeated) => log.warn({ err, repeated }, 'queue error'));
    const queue = await openQueueGauge(target, onError);
    const room = createQueueRoom(queue, limits.queue_jobs);
    opened.push(queue.close, room.close);
    const producers = createProjectProducers({ queue: target, limits, room, onError });
    const spans = createSpanSender({ queue: target, limits, room, onError });
    const [metrics, version] = [createServiceMetrics(), readPackageVersion()];
    const streams = createTailStreams(limits);
    metrics.connect({
      database,
      queue,
      version,
      tier: tierOf(options),
      worker: options.worker,
      worker_state: options.worker_state,
      span_worker: options.span_worker,
      waiting_events: producers.waiting,
      streams: () => streams.count,
    });
    const document = openApiOf(routes, version);
    const service: Service = {
      database,
      readers: createReaders(unlimited, { timeout_ms: limits.read_timeout_ms }),
      log,
      limits,
      version,
      tier: tierOf(options),
      worker: options.worker,
      ...createServiceJobs(unlimited, log),
      signIns: createSignInLimit(),
      access: createAccess({
        database,
        log,
        project,
        is_loopback: isLoopback(host),
        is_secure: options.public_url?.startsWith('https:') === true,
        strangers: createRateLimit('unknown keys', limits.unknown_keys_per_second, 'one address'),
      }),
      budgets: createBudgetGate(database),
      alerts: options.alerts ?? {},
      bodies: createBodyRooms(limits.bodies_bytes),
      requestBodies: createRequestBodies(),
      compareContent: compareContentIn(database),
      requestRate: createRateLimit('requests', limits.requests_per_second),
      eventRate: createRateLimit('events', limits.events_per_second),
      freshness: createFreshness(database, queue),
      queue,
      producers,
      spans,
      decoding: createTurns({ atOnce: 4, waiting: 64 }),
      otlp: { keep_days: 30, error_text: false, ...options.otlp },
      metrics,
      streams,
      openapi: JSON.stringify(document),
      docs: docsPage(document),
      metrics_token: options.metrics_token,
      closing: closing.signal,
    };
    const files = options.page === false ? undefined : readPageFiles(base, log);
    const app = createApp(service, routes, {
      pages: files === undefined ? [] : pageRoutes(files),
      base,
      endpoints: [createMcpEndpoint(service)],
    });
    const url = `${urlOf(await app.listen(host, port))}${base}`;
    log.info({ url }, 'listening');
    let closed: Promise<void> | undefined;
    const close: HttpServer['close'] = async ({ timeout_ms = 20_000 } = {}) => {
      const left = countdown(timeout_ms);
      closing.abort();
      await app.close(timeout_ms);
      await closeInTime(closeJobs(service), left(), unlimited.interrupt);
      try {
        await Promise.all([producers.close({ timeout_ms: left() }), spans.close()]);
      } finally {
        await queue.close();
        await database.close();
      }
    };
    return {
      url,
      has_page: files !== undefined,
      metrics,
      ready: () => readReadiness(service),
      close: (how) => (closed ??= close(how)),
    };
  } catch (error) {
    for (const close of opened.reverse()) await close();
    throw error;
  }
}
