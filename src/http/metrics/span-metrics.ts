import { Counter, Gauge, type Registry } from 'prom-client';
import { type Database, limitWaits } from '../../postgres/database.js';
import type { SpanStats } from '../../worker/spans/span-commit.js';
import { metricsPatienceMs } from './store-metrics.js';

/** The counts of a worker's spans; at any time stored = settled + waiting. */
const counts: readonly {
  readonly name: string;
  readonly help: string;
  readonly values: (stats: SpanStats) => readonly (readonly [Record<string, string>, number])[];
}[] = [
  {
    name: 'runfold_otlp_spans_total',
    help: 'Spans that the worker of this process took from the queue: new, already known, or invalid.',
    values: ({ stored, duplicate, rejected }) => [
      [{ outcome: 'stored' }, stored],
      [{ outcome: 'duplicate' }, duplicate],
      [{ outcome: 'rejected' }, rejected],
    ],
  },
  {
    name: 'runfold_otlp_settled_total',
    help: 'Spans that were settled: by the chain of their parents, or because their wait was over.',
    values: ({ settled_by_chain, settled_by_wait }) => [
      [{ how: 'chain' }, settled_by_chain],
      [{ how: 'wait' }, settled_by_wait],
    ],
  },
  {
    name: 'runfold_otlp_late_parents_total',
    help: 'Spans that arrived after others had been settled without them.',
    values: ({ late_parents }) => [[{}, late_parents]],
  },
];

/** Registers the metrics of spans; the values are read when they are requested. */
export function registerSpanMetrics(
  registers: Registry[],
  database: Database,
  worker: (() => SpanStats | undefined) | undefined,
): void {
  for (const { name, help, values } of worker === undefined ? [] : counts) {
    new Counter({
      name,
      help,
      labelNames: name.endsWith('settled_total')
        ? ['how']
        : name.includes('spans')
          ? ['outcome']
          : [],
      registers,
      collect() {
        this.reset();
        const stats = worker?.();
        for (const [labels, value] of stats === undefined ? [] : values(stats)) {
          this.inc(labels, value);
        }
      },
    });
  }
  new Gauge({
    name: 'runfold_otlp_waiting_spans',
    help: 'Spans in the store that wait for spans above them; NaN if the database does not respond.',
    registers,
    async collect() {
      const rows = await limitWaits(database, metricsPatienceMs)
        .query<{ spans: number }>(
          'select count(*)::integer as spans from runfold_internal.otlp_span where event is not null',
        )
        .catch(() => undefined);
      this.set(rows?.[0]?.spans ?? Number.NaN);
    },
  });
}
