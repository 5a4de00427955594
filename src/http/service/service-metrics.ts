import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { WrittenBatch } from '../../append/written-batch.js';
import type { Database } from '../../postgres/database.js';
import type { QueueGauge } from '../../queue/queue-gauge.js';
import type { TierName } from '../../tier.js';
import type { GroupCommitStats } from '../../worker/group-commit.js';
import type { SpanStats } from '../../worker/spans/span-commit.js';
import type { WorkerState } from '../../worker/worker-state.js';
import { registerFold } from '../metrics/fold-metrics.js';
import { registerSpanMetrics } from '../metrics/span-metrics.js';
import { registerStore } from '../metrics/store-metrics.js';
import { createRegistry } from '../metrics/worker-metrics.js';

/** The metrics of `/metrics`. Every label has few values: none comes from client input. */
export interface ServiceMetrics {
  readonly content_type: string;
  /** The text of Prometheus's exposition format. */
  text(): Promise<string>;
  /** Counts a response. `route` is the pattern of a route. */
  countRequest(response: { method: string; route: string; status: number; seconds: number }): void;
  /** Counts a response to input that was not an HTTP request. */
  countBrokenRequest(status: number): void;
  /** Counts the events of a request. */
  countEvents(counts: { accepted: number; refused: number }): void;
  /** Counts the OpenTelemetry items of a request. */
  countOtlp(
    signal: 'traces' | 'logs' | 'metrics',
    counts: { accepted: number; ignored: number; rejected: number },
  ): void;
  /** Counts a batch that the worker of this process wrote. */
  countBatch(batch: WrittenBatch): void;
}

/** The sources of metrics that are read only when they are requested. */
export interface MetricSources {
  readonly database: Database;
  readonly queue: QueueGauge;
  readonly version: string;
  readonly tier: TierName;
  /** The counts of a worker in this process; undefined if there is none. */
  readonly worker: (() => GroupCommitStats | undefined) | undefined;
  /** The current state of a worker in this process. */
  readonly worker_state: (() => WorkerState | undefined) | undefined;
  /** The counts of spans of a worker in this process. */
  readonly span_worker: (() => SpanStats | undefined) | undefined;
  readonly waiting_events: () => number;
  readonly streams: () => number;
}

export function createServiceMetrics(): ServiceMetrics & { connect(sources: MetricSources): void } {
  const registry = createRegistry();
  const registers = [registry];
  const requests = new Counter({
    name: 'runfold_http_requests_total',
    help: 'Responses, by route and status.',
    labelNames: ['method', 'route', 'status'],
    registers,
  });
  const durations = new Histogram({
    name: 'runfold_http_request_duration_seconds',
    help: 'Time from the headers of a request to the end of its response.',
    labelNames: ['method', 'route'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  });
  const received = new Counter({
    name: 'runfold_http_events_total',
    help: 'Events that arrived by HTTP: accepted are on the queue, refused were invalid.',
    labelNames: ['outcome'],
    registers,
  });
  for (const outcome of ['accepted', 'refused']) received.inc({ outcome }, 0);
  const otlpItems = new Counter({
    name: 'runfold_otlp_items_total',
    help: 'Spans, log records and data points of OpenTelemetry: accepted are on the queue, ignored become no event, rejected were invalid or are not stored.',
    labelNames: ['signal', 'outcome'],
    registers,
  });
  for (const signal of ['traces', 'logs', 'metrics']) {
    for (const outcome of ['accepted', 'ignored', 'rejected'])
      otlpItems.inc({ signal, outcome }, 0);
  }
  let countBatch: ((batch: WrittenBatch) => void) | undefined;
  return {
    content_type: registry.contentType,
    text: () => registry.metrics(),
    countRequest({ method, route, status, seconds }) {
      requests.inc({ method, route, status });
      durations.observe({ method, route }, seconds);
    },
    countBrokenRequest: (status) => requests.inc({ method: 'unknown', route: 'unknown', status }),
    countEvents({ accepted, refused }) {
      received.inc({ outcome: 'accepted' }, accepted);
      received.inc({ outcome: 'refused' }, refused);
    },
    countOtlp(signal, counts) {
      for (const outcome of ['accepted', 'ignored', 'rejected'] as const) {
        otlpItems.inc({ signal, outcome }, counts[outcome]);
      }
    },
    countBatch: (batch) => countBatch?.(batch),
    connect(sources) {
      const { worker: stats, worker_state: state = () => undefined } = sources;
      // A process without a worker has no metrics of one: they would always be 0.
      if (stats !== undefined) countBatch = registerFold(registers, { stats, state });
      registerSources(registers, sources);
    },
  };
}

function registerSources(registers: Registry[], sources: MetricSources): void {
  registerSpanMetrics(registers, sources.database, sources.span_worker);
  registerStore(registers, sources);
  new Gauge({
    name: 'runfold_http_waiting_events',
    help: 'Events that arrived by HTTP and that the queue has not acknowledged yet.',
    registers,
    collect() {
      this.set(sources.waiting_events());
    },
  });
  new Gauge({
    name: 'runfold_http_tail_streams',
    help: 'Tail streams that are open.',
    registers,
    collect() {
      this.set(sources.streams());
    },
  });
}
