import { Counter, collectDefaultMetrics, Registry } from 'prom-client';
import type { WrittenBatch } from '../../append/written-batch.js';
import type { LogCounts } from '../../logs/log-summary.js';
import type { Database } from '../../postgres/database.js';
import type { QueueGauge } from '../../queue/queue-gauge.js';
import type { TierName } from '../../tier.js';
import type { RunningWorker } from '../../worker/open-worker.js';
import { registerFold } from './fold-metrics.js';
import { registerSpanMetrics } from './span-metrics.js';
import { registerStore } from './store-metrics.js';

/** The metrics of a process that folds events without serving HTTP. */
export interface WorkerMetrics {
  readonly content_type: string;
  text(): Promise<string>;
  countBatch(batch: WrittenBatch): void;
}

/** The sources of the metrics. */
export interface WorkerMetricSources {
  readonly database: Database;
  readonly queue: QueueGauge;
  readonly version: string;
  readonly tier: TierName;
  /** Undefined until it has started. */
  readonly worker: () => RunningWorker | undefined;
  /** The counts of logs, if logs are read. */
  readonly logs?: LogCounts | undefined;
}

export function createWorkerMetrics(sources: WorkerMetricSources): WorkerMetrics {
  const registry = createRegistry();
  const registers = [registry];
  const { worker, logs } = sources;
  registerStore(registers, sources);
  registerSpanMetrics(registers, sources.database, () => worker()?.span_stats());
  const countBatch = registerFold(registers, {
    stats: () => worker()?.stats(),
    state: () => worker()?.state(),
  });
  if (logs !== undefined) registerLogs(registers, logs);
  return { content_type: registry.contentType, text: () => registry.metrics(), countBatch };
}

/** A registry with the metrics of the process itself. */
export function createRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  // These gauges have names of counters, against Prometheus's conventions; each kind has its own gauge.
  for (const what of ['handles', 'requests', 'resources']) {
    registry.removeSingleMetric(`nodejs_active_${what}_total`);
  }
  return registry;
}

/** The counts of following logs. */
const logCounts = {
  runfold_logs_files_read_total: ['Log files that had new lines.', 'files_read'],
  runfold_logs_files_failed_total: [
    'Files that could not be read, or only in part.',
    'files_failed',
  ],
  runfold_logs_bytes_total: ['Bytes that were read, decompressed.', 'bytes'],
  runfold_logs_lines_total: ['Lines that were read.', 'lines'],
  runfold_logs_invalid_lines_total: ['Lines that were refused, at least in part.', 'invalid_lines'],
  runfold_logs_messages_total: ['Messages that were new.', 'messages'],
  runfold_logs_tool_calls_total: ['Tool calls that were new.', 'tool_calls'],
} as const satisfies Record<string, readonly [string, keyof LogCounts]>;

function registerLogs(registers: Registry[], counts: LogCounts): void {
  for (const [name, [help, field]] of Object.entries(logCounts)) {
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(counts[field]);
      },
    });
  }
}
