import type { BenchServers } from './bench-database.js';
import type { Note } from './note.js';
import { naiveRate } from './references/naive.js';
import { budgetTimes } from './subjects/budget.js';
import { embeddedFigures } from './subjects/embedded.js';
import { foldRates, sizesOf } from './subjects/fold.js';
import { runDirect, runHttp } from './subjects/http.js';
import { latencies } from './subjects/latency.js';
import { logsTimes } from './subjects/logs.js';
import { memoryCourses } from './subjects/memory.js';
import { otlpRates } from './subjects/otlp.js';
import { pageTimes } from './subjects/page.js';
import { runPipeline } from './subjects/pipeline.js';
import { queryTimes } from './subjects/query.js';
import { rebuildRate } from './subjects/rebuild.js';
import { shardsRates } from './subjects/shards.js';
import { startSeconds } from './subjects/start.js';

export interface Subject {
  /** What is measured, as a line of the help. */
  readonly about: string;
  /** The number of runs if none is given. Defaults to 3. */
  readonly runs?: number;
  /** The number of events if none is given. */
  readonly events: number;
  /** How long one measurement at a fixed rate takes if no time is given. */
  readonly seconds?: number;
  run(servers: BenchServers, events: number, note: Note, seconds: number): Promise<void>;
}

/** The subjects of measurement, by name. */
export const subjects: Readonly<Record<string, Subject>> = {
  pipeline: {
    about: 'from emit to totals, beside COPY and a naive way; and embedded',
    events: 1_000_000,
    async run(servers, events, note) {
      const full = await runPipeline(servers, { events, per_job: 500, copy: true });
      note('Redis + Postgres, 500 events per job', 'events/s', full.events_per_second);
      if (full.copy !== undefined) {
        const { from_events, from_text } = full.copy;
        note('one COPY stream, fed by Node from the events', 'events/s', from_events);
        note('one COPY stream of ready text', 'events/s', from_text);
        note('pipeline / COPY from events', '', full.events_per_second / from_events);
        note('pipeline / COPY of ready text', '', full.events_per_second / from_text);
      }
      note('worker, Node CPU', 'µs/event', full.worker_cpu_us_per_event);
      note('producer, Node CPU', 'µs/event', full.producer_cpu_us_per_event);
      note('worker, peak memory', 'MB', full.worker_peak_mb);
      const few = Math.max(1000, Math.round(events / 30));
      const single = await runPipeline(servers, { events: few, per_job: 1, copy: false });
      note('Redis + Postgres, one event per job', 'events/s', single.events_per_second);
      const naive = await naiveRate(servers, Math.max(200, Math.round(events / 100)));
      note('naive: one job and one transaction per event', 'events/s', naive);
      note('pipeline / naive', '', full.events_per_second / naive);
      const looks = Math.min(40, Math.ceil(events / 250));
      const embedded = await embeddedFigures(Math.max(1000, Math.round(events / 16)), looks);
      note('embedded', 'events/s', embedded.events_per_second);
      note('embedded, idle: flushed to visible', 'ms', embedded.visible.median);
    },
  },
  http: {
    about: 'the same sent by HTTP, while readers query',
    events: 100_000,
    async run(servers, events, note) {
      const direct = await runDirect(servers, events, 500);
      const fast = { per_request: 500, senders: 2, readers: 4 };
      const most = await runHttp(servers, events, fast);
      note('sent by HTTP while readers query', 'events/s', most.events_per_second);
      note('sent by the direct producer', 'events/s', direct);
      note('HTTP / direct', '', most.events_per_second / direct);
      note('read of a run while they are sent, p50', 'ms', most.read_p50_ms);
      note('read of a run while they are sent, p99', 'ms', most.read_p99_ms);
      note('service, peak memory', 'MB', most.server_peak_mb);
      const paced = await runHttp(servers, events, { ...fast, rate: 20_000 });
      note('sent at an even pace', 'events/s', paced.events_per_second);
      note('read of a run at that pace, p50', 'ms', paced.read_p50_ms);
      note('read of a run at that pace, p99', 'ms', paced.read_p99_ms);
      const times = Math.min(5, Math.ceil(events / 1_000));
      const { median, max } = await startSeconds(times);
      note(`started to ready, embedded store, median of ${times}`, 's', median);
      note(`started to ready, embedded store, longest of ${times}`, 's', max);
    },
  },
  otlp: {
    about: 'spans of real emitters by HTTP, beside the events that come of them',
    events: 60_000,
    async run(servers, events, note) {
      await otlpRates(servers, events, note);
    },
  },
  logs: {
    about: 'a tree of logs read twice into an embedded store, beside ccusage',
    events: 40_900,
    async run(_servers, events, note) {
      await logsTimes(events, note);
    },
  },
  shards: {
    about: 'a store in stripes, and one on Citus, beside one that is whole',
    events: 200_000,
    async run(servers, events, note) {
      await shardsRates(servers, events, note);
    },
  },
  fold: {
    about: 'what the statement that appends and folds costs Postgres',
    events: 300_000,
    async run(servers, events, note) {
      for (const batch of [500, 4_500].filter((size) => size <= events)) {
        const { few, all, careful, copy } = await foldRates(servers, events, batch);
        const at = `batches of ${batch}`;
        note(`${at}: runs and sessions`, 'µs CPU/event', few.cpu_us);
        note(`${at}: all projections`, 'µs CPU/event', all.cpu_us);
        note(
          `${at}: the others cost`,
          '%',
          100 * (1 - all.events_per_second / few.events_per_second),
        );
        note(`${at}: the others cost, by CPU`, '%', 100 * (1 - few.cpu_us / all.cpu_us));
        note(`${at}: all, each event looked for`, 'µs CPU/event', careful.cpu_us);
        note(`${at}: runs and sessions`, 'events/s', few.events_per_second);
        note(`${at}: all projections`, 'events/s', all.events_per_second);
        note(`${at}: one COPY stream of ready text`, 'events/s', copy.events_per_second);
        note(`${at}: one COPY stream of ready text`, 'µs CPU/event', copy.cpu_us);
        const ratio = all.events_per_second / copy.events_per_second;
        note(`${at}: all projections / COPY of ready text`, '', ratio);
      }
      for (const { name, bytes } of await sizesOf(servers, Math.min(events, 100_000))) {
        note(`size of ${name}, demo's mix`, 'bytes/event', bytes);
      }
    },
  },
  query: {
    about: 'how long reads of a large log take, and of one run',
    events: 2_000_000,
    async run(servers, events, note) {
      for (const { name, unit, value } of await queryTimes(servers, events))
        note(name, unit, value);
    },
  },
  page: {
    about: 'how long the answers of the web page take, in four time zones',
    // Most of the time is loading, and each query is run a few times.
    runs: 1,
    events: 10_000_000,
    async run(servers, events, note) {
      await pageTimes(servers, events, note);
    },
  },
  rebuild: {
    about: 'rebuilding all totals, beside a bare group by',
    events: 2_000_000,
    async run(servers, events, note) {
      const rate = await rebuildRate(servers, events);
      const groupBy = rate.group_by_events_per_second;
      const { swapped, unchanged } = rate;
      note('rebuild of all totals, tables swapped', 'events/s', swapped.events_per_second);
      note('tables swapped: the whole command', 'events/s', swapped.command_events_per_second);
      note('rebuild of all totals, none differing', 'events/s', unchanged.events_per_second);
      note('none differing: the whole command', 'events/s', unchanged.command_events_per_second);
      note('bare group by of the runs', 'events/s', groupBy);
      note('rebuild, swapped / group by', '', swapped.events_per_second / groupBy);
      note('rebuild, none differing / group by', '', unchanged.events_per_second / groupBy);
      note('rebuild, peak memory of Node', 'MB', rate.peak_mb);
      note('longest lock against writers', 'ms', rate.longest_lock_ms);
      const { alone_gap_ms, gap_ms, events_per_second } = rate.writers;
      note('writers at 10,000 events/s: longest gap', 'ms', alone_gap_ms);
      note('the same while rebuilding: longest gap', 'ms', gap_ms);
      note('the same while rebuilding: written', 'events/s', events_per_second);
    },
  },
  budget: {
    about: 'checks of budgets, 1,000 per second, while events are folded',
    runs: 1,
    events: 400_000,
    seconds: 20,
    async run(servers, events, note, seconds) {
      const found = await budgetTimes(servers, events, seconds);
      const { events_per_second, checks, is_first, costs } = found;
      note('priority of the process that asks: 1 higher, 0 equal', '', Number(is_first));
      note('events emitted while checks run', 'events/s', events_per_second);
      for (const one of checks) {
        const { kind } = one;
        note(`checks, ${kind}`, 'checks/s', one.checks_per_second);
        note(`a check, ${kind}, p50`, 'ms', one.p50);
        note(`a check, ${kind}, p99`, 'ms', one.p99);
        note(`idle processors, ${kind}`, '%', one.idle * 100);
        note(`delay of timers that ask, ${kind}, p99`, 'ms', one.late_p99);
        // Of use on a busy machine, where the times above are not.
        note(`CPU per check, ${kind}, Postgres`, 'µs', one.postgres_us);
        note(`CPU per check, ${kind}, Node`, 'µs', one.node_us);
      }
      for (const { name, us } of costs) note(`CPU per check, ${name}, Postgres`, 'µs', us);
    },
  },
  latency: {
    about: 'from emitted to visible, at shares of the peak rate',
    events: 300_000,
    seconds: 15,
    async run(servers, events, note, seconds) {
      const { peak, latencies: measured } = await latencies(servers, events, seconds);
      note('peak: Redis + Postgres, 500 events per job', 'events/s', peak);
      for (const { share, events_per_second, p50, p95, p99 } of measured) {
        const at = `at ${share * 100} % of the peak`;
        note(`${at}: the rate kept`, 'events/s', events_per_second);
        note(`${at}: emitted to visible, p50`, 'ms', p50);
        note(`${at}: emitted to visible, p95`, 'ms', p95);
        note(`${at}: emitted to visible, p99`, 'ms', p99);
      }
    },
  },
  memory: {
    about: 'memory of producer and worker over time, at half the peak',
    // Ten minutes are hundreds of samples of one curve; another run is one more curve.
    runs: 1,
    events: 300_000,
    seconds: 600,
    async run(servers, events, note, seconds) {
      const { rate, courses } = await memoryCourses(servers, events, seconds);
      note('half of the peak rate', 'events/s', rate);
      for (const { process, median_mb, max_mb, slope_mb_per_hour, is_flat } of courses) {
        note(`${process}, median memory`, 'MB', median_mb);
        note(`${process}, most memory`, 'MB', max_mb);
        note(`${process}, slope`, 'MB/hour', slope_mb_per_hour);
        note(`${process}, flat: 1, or not: 0`, '', is_flat ? 1 : 0);
        console.error(`  ${process}: ${is_flat ? 'flat' : 'GROWS'}`);
      }
    },
  },
};
