/**
 * `npm run bench`: what Runfold does a second, on this machine, beside references in the same run.
 *
 *   npm run bench -- [pipeline | query | rebuild | latency | memory] [--runs N] [--events N]
 *     [--seconds N] [--json]
 */
import { parseArgs } from 'node:util';
import { findServers } from '../test/support/servers.js';
import type { BenchServers } from './bench-database.js';
import { embeddedRate, embeddedVisibility } from './embedded.js';
import { latencies } from './latency.js';
import { machine, round, spreadOf } from './measure.js';
import { memoryCourses } from './memory.js';
import { naiveRate } from './naive.js';
import { runPipeline } from './pipeline.js';
import { queryTimes } from './query.js';
import { rebuildRate } from './rebuild.js';

/** Notes one figure of a run. */
type Note = (name: string, unit: string, value: number) => void;

interface Subject {
  /** Events unless told otherwise. */
  readonly events: number;
  /** How long one measurement of a rate that is kept to takes, unless told otherwise. */
  readonly seconds?: number;
  run(servers: BenchServers, events: number, note: Note, seconds: number): Promise<void>;
}

const subjects: Readonly<Record<string, Subject>> = {
  pipeline: {
    events: 500_000,
    async run(servers, events, note) {
      const full = await runPipeline(servers, { events, per_job: 500, copy: true });
      note('Redis + Postgres, 500 events a job', 'events/s', full.events_per_second);
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
      const few = Math.max(1000, Math.round(events / 15));
      const single = await runPipeline(servers, { events: few, per_job: 1, copy: false });
      note('Redis + Postgres, one event a job', 'events/s', single.events_per_second);
      const naive = await naiveRate(servers, Math.max(1000, Math.round(events / 50)));
      note('naive: a job and a transaction an event', 'events/s', naive);
      note('pipeline / naive', '', full.events_per_second / naive);
      note('embedded', 'events/s', await embeddedRate(Math.max(1000, Math.round(events / 8))));
      note('embedded, idle: flushed to visible', 'ms', (await embeddedVisibility(40)).median);
    },
  },
  query: {
    events: 2_000_000,
    async run(servers, events, note) {
      for (const { name, unit, value } of await queryTimes(servers, events))
        note(name, unit, value);
    },
  },
  rebuild: {
    events: 2_000_000,
    async run(servers, events, note) {
      const rate = await rebuildRate(servers, events);
      const groupBy = rate.group_by_events_per_second;
      note('rebuild of all totals, tables swapped', 'events/s', rate.swapped_events_per_second);
      note('rebuild of all totals, none differing', 'events/s', rate.unchanged_events_per_second);
      note('bare group by of the runs', 'events/s', groupBy);
      note('rebuild, swapped / group by', '', rate.swapped_events_per_second / groupBy);
      note('rebuild, none differing / group by', '', rate.unchanged_events_per_second / groupBy);
      note('rebuild, peak memory of Node', 'MB', rate.peak_mb);
      note('longest pause of writers', 'ms', rate.longest_lock_ms);
    },
  },
  latency: {
    events: 300_000,
    seconds: 15,
    async run(servers, events, note, seconds) {
      const { peak, latencies: measured } = await latencies(servers, events, seconds);
      note('peak: Redis + Postgres, 500 events a job', 'events/s', peak);
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

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '3' },
    events: { type: 'string' },
    seconds: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const [name = 'pipeline'] = positionals;
const subject = subjects[name];
const runs = Number(values.runs);
const events = Number(values.events ?? subject?.events);
const seconds = Number(values.seconds ?? subject?.seconds ?? 1);
if (subject === undefined || !(runs >= 1) || !(events >= 1000) || !(seconds > 0)) {
  const names = Object.keys(subjects).join(' | ');
  console.error(
    `Expected: npm run bench -- [${names}] [--runs N] [--events N, 1000 or more] [--seconds N] [--json]`,
  );
  process.exit(2);
}

const found = await findServers();
if (found.postgres.server === undefined || found.redis.server === undefined) {
  console.error(found.report);
  process.exit(1);
}
const servers = { postgres: found.postgres.server.url, redis: found.redis.server.url };
const show = (value: number) => round(value, value < 10 ? 2 : 0);
const figures = new Map<string, { unit: string; values: number[] }>();
const note: Note = (figure, unit, value) => {
  const taken = figures.get(figure) ?? { unit, values: [] };
  taken.values.push(value);
  figures.set(figure, taken);
  console.error(`  ${figure.padEnd(46)} ${show(value).padStart(10)} ${unit}`);
};

console.error(`${machine()}\n${found.report}`);
try {
  for (let run = 1; run <= runs; run++) {
    console.error(`${name}, ${round(events)} events, run ${run} of ${runs}`);
    await subject.run(servers, events, note, seconds);
  }
} finally {
  await found.stop();
}

const report = [...figures].map(([figure, { unit, values: taken }]) => ({
  figure,
  unit,
  ...spreadOf(taken),
}));
if (values.json) {
  console.log(JSON.stringify({ machine: machine(), subject: name, runs, events, report }, null, 2));
} else {
  console.log(`\nmedian of ${runs} (minimum – maximum)`);
  for (const { figure, unit, min, median, max } of report) {
    console.log(
      `  ${figure.padEnd(46)} ${show(median).padStart(10)}  (${show(min)} – ${show(max)}) ${unit}`,
    );
  }
}
