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

/** What `/metrics` shows. Every label has few values: none is made of what a client sends. */
export interface ServiceMetrics {
  readonly content_type: string;
  /** The text of Prometheus's exposition format. */
  text(): Promise<string>;
  /** Counts an answer. `route` is a route's pattern. */
  countRequest(answer: { method: string; route: string; status: number; seconds: number }): void;
  /** Counts what was answered without being a request of HTTP. */
  countBrokenRequest(status: number): void;
  /** Counts events that a request brought. */
  countEvents(counts: { accepted: number; refused: number }): void;
  /** Counts items of OpenTelemetry that a request brought. */
  countOtlp(
    signal: 'traces' | 'logs' | 'metrics',
    counts: { accepted: number; ignored: number; rejected: number },
  ): void;
  /** Counts a batch that the worker of this process wrote. */
  countBatch(batch: WrittenBatch): void;
}

/** Where the figures come from that are read only when they are asked for. */
export interface MetricSources {
  readonly database: Database;
  readonly queue: QueueGauge;
  readonly version: string;
  readonly tier: TierName;
  /** The counts of a worker in this process; undefined where there is none. */
  readonly worker: (() => GroupCommitStats | undefined) | undefined;
  /** What a worker in this process is doing. */
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
    help: 'Requests answered, by route and status.',
    labelNames: ['method', 'route', 'status'],
    registers,
  });
  const durations = new Histogram({
    name: 'runfold_http_request_duration_seconds',
    help: 'Time from the head of a request to the end of its answer.',
    labelNames: ['method', 'route'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  });
  const received = new Counter({
    name: 'runfold_http_events_total',
    help: 'Events that came by HTTP: accepted are on the queue, refused were at fault.',
    labelNames: ['outcome'],
    registers,
  });
  for (const outcome of ['accepted', 'refused']) received.inc({ outcome }, 0);
  const otlpItems = new Counter({
    name: 'runfold_otlp_items_total',
    help: 'Spans, log records and data points of OpenTelemetry: accepted are on the queue, ignored say nothing, rejected were invalid or are not stored.',
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
      // A process without a worker shows no figures of one: they would be 0 for good.
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
    help: 'Events that came by HTTP and that the queue has not acknowledged yet.',
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
