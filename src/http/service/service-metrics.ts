import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { WrittenBatch } from '../../append/written-batch.js';
import type { Database } from '../../postgres/database.js';
import { listRunningRebuilds } from '../../projections/rebuild/running-rebuilds.js';
import type { QueueGauge } from '../../queue/queue-gauge.js';
import type { GroupCommitStats } from '../../worker/group-commit.js';
import type { SpanStats } from '../../worker/spans/span-commit.js';
import { registerSpanMetrics } from './span-metrics.js';

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
  /** The counts of a worker in this process; undefined where there is none. */
  readonly worker: (() => GroupCommitStats | undefined) | undefined;
  /** The counts of spans of a worker in this process. */
  readonly span_worker: (() => SpanStats | undefined) | undefined;
  readonly waiting_events: () => number;
  readonly streams: () => number;
}

export function createServiceMetrics(): ServiceMetrics & { connect(sources: MetricSources): void } {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  // Gauges under the names of counters, against Prometheus's conventions; each kind has its own gauge.
  for (const what of ['handles', 'requests', 'resources']) {
    registry.removeSingleMetric(`nodejs_active_${what}_total`);
  }
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
  const batchEvents = new Histogram({
    name: 'runfold_fold_batch_events',
    help: 'Events of a batch that the worker of this process folded.',
    buckets: [1, 10, 50, 100, 250, 500, 1000, 2500, 5000, 10_000],
    registers,
  });
  const batchSeconds = new Histogram({
    name: 'runfold_fold_batch_seconds',
    help: 'Time to fold a batch, waits for Postgres included.',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers,
  });
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
    countBatch({ events, seconds }) {
      batchEvents.observe(events);
      batchSeconds.observe(seconds);
    },
    connect: (sources) => registerSources(registers, sources),
  };
}

/** The counts of the fold; received = applied + duplicate + rejected once all is written. */
const foldCounts = {
  received: 'Events that the worker of this process took from the queue.',
  applied: 'Events that were new and changed totals.',
  duplicate: 'Events that were in the log already and changed nothing.',
  rejected: 'Events that could not be taken; they are kept as rejects.',
} as const;

function registerSources(registers: Registry[], sources: MetricSources): void {
  const { worker } = sources;
  registerSpanMetrics(registers, sources.database, sources.span_worker);
  if (worker !== undefined) {
    for (const [name, help] of Object.entries(foldCounts)) {
      new Counter({
        name: `runfold_events_${name}_total`,
        help,
        registers,
        collect() {
          this.reset();
          this.inc(worker()?.[name as keyof typeof foldCounts] ?? 0);
        },
      });
    }
  }
  new Gauge({
    name: 'runfold_queue_jobs',
    help: 'Jobs on the queue by state; a job holds up to hundreds of events.',
    labelNames: ['state'],
    registers,
    async collect() {
      this.reset();
      const reading = await sources.queue.read().catch(() => undefined);
      for (const [state, count] of Object.entries(reading?.jobs ?? {})) this.set({ state }, count);
    },
  });
  new Gauge({
    name: 'runfold_queue_age_seconds',
    help: 'How long the oldest job that is not done has waited: the lag of the totals. NaN when the queue does not answer.',
    registers,
    async collect() {
      const reading = await sources.queue.read().catch(() => undefined);
      this.set(reading?.age_seconds ?? Number.NaN);
    },
  });
  // What keeps the database from answering is told by /readyz and the log.
  const rebuilds = () => listRunningRebuilds(sources.database).catch(() => undefined);
  new Gauge({
    name: 'runfold_rebuilds_running',
    help: 'Rebuilds of totals under way, or the remains of one; NaN when the database does not answer.',
    registers,
    async collect() {
      this.set((await rebuilds())?.length ?? Number.NaN);
    },
  });
  new Gauge({
    name: 'runfold_rebuild_progress_ratio',
    help: 'How much of the step that a rebuild of totals is at is done; absent while there is none.',
    labelNames: ['step'],
    registers,
    async collect() {
      this.reset();
      for (const { step, share } of (await rebuilds()) ?? [])
        this.set({ step: step ?? 'cut' }, share);
    },
  });
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
