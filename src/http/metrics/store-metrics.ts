import { Gauge, type Registry } from 'prom-client';
import { type Database, limitWaits } from '../../postgres/database.js';
import { listRunningRebuilds } from '../../projections/rebuild/rebuild-schema.js';
import type { QueueGauge } from '../../queue/queue-gauge.js';
import type { TierName } from '../../tier.js';

/** Milliseconds after which a database that has not responded has no metrics: Prometheus gives up after ten seconds. */
export const metricsPatienceMs = 5_000;

/** Registers the metrics of the whole store, which are the same in every process. */
export function registerStore(
  registers: Registry[],
  {
    database: unlimited,
    queue,
    version,
    tier,
  }: {
    readonly database: Database;
    readonly queue: QueueGauge;
    readonly version: string;
    readonly tier: TierName;
  },
): void {
  const database = limitWaits(unlimited, metricsPatienceMs);
  new Gauge({
    name: 'runfold_build_info',
    help: 'The version of this process and the tier of its store; always 1.',
    labelNames: ['version', 'tier'],
    registers,
  }).set({ version, tier }, 1);
  new Gauge({
    name: 'runfold_queue_jobs',
    help: 'Jobs on the queue by state; a job has up to hundreds of events.',
    labelNames: ['state'],
    registers,
    async collect() {
      this.reset();
      const reading = await queue.read().catch(() => undefined);
      for (const [state, count] of Object.entries(reading?.jobs ?? {})) this.set({ state }, count);
    },
  });
  new Gauge({
    name: 'runfold_queue_age_seconds',
    help: 'How long the oldest unfinished job has waited: the lag of the totals. NaN if the queue does not respond.',
    registers,
    async collect() {
      const reading = await queue.read().catch(() => undefined);
      this.set(reading?.age_seconds ?? Number.NaN);
    },
  });
  registerQueues(registers, queue);
  new Gauge({
    name: 'runfold_rejects',
    help: 'Rejects that are kept, of all projects; NaN if the database does not respond.',
    registers,
    async collect() {
      const rows = await database
        .query<{ rejects: number }>(
          'select count(*)::integer as rejects from runfold_internal.rejected_event',
        )
        .catch(() => undefined);
      this.set(rows?.[0]?.rejects ?? Number.NaN);
    },
  });
  // /readyz and the log say why the database does not respond.
  const rebuilds = () => listRunningRebuilds(database).catch(() => undefined);
  new Gauge({
    name: 'runfold_rebuilds_running',
    help: 'Running rebuilds of totals, or the remains of one; NaN if the database does not respond.',
    registers,
    async collect() {
      this.set((await rebuilds())?.length ?? Number.NaN);
    },
  });
  new Gauge({
    name: 'runfold_rebuild_progress_ratio',
    help: 'The progress of the current step of a rebuild of totals, from 0 to 1; absent if none is running.',
    labelNames: ['step'],
    registers,
    async collect() {
      this.reset();
      for (const { step, share } of (await rebuilds()) ?? [])
        this.set({ step: step ?? 'cut' }, share);
    },
  });
}

/** Each queue, if there are several. */
function registerQueues(registers: Registry[], queue: QueueGauge): void {
  const readings = async () => (await queue.read().catch(() => undefined))?.queues ?? new Map();
  new Gauge({
    name: 'runfold_queue_part_jobs',
    help: 'Jobs on each of several queues by state; absent if there is only one.',
    labelNames: ['queue', 'state'],
    registers,
    async collect() {
      this.reset();
      for (const [name, { jobs }] of await readings()) {
        for (const [state, count] of Object.entries<number>(jobs)) {
          this.set({ queue: name, state }, count);
        }
      }
    },
  });
  new Gauge({
    name: 'runfold_queue_part_age_seconds',
    help: 'How long the oldest job of each of several queues has waited; absent if there is only one.',
    labelNames: ['queue'],
    registers,
    async collect() {
      this.reset();
      for (const [name, { age_seconds }] of await readings())
        this.set({ queue: name }, age_seconds);
    },
  });
}
