/**
 * `npm run bench`: what Runfold does a second, on this machine, beside references in the same run.
 *
 *   npm run bench -- [pipeline | fold | query | rebuild] [--runs N] [--events N] [--json]
 */
import { parseArgs } from 'node:util';
import { findServers } from '../test/support/servers.js';
import type { BenchServers } from './bench-database.js';
import { embeddedRate, embeddedVisibility } from './embedded.js';
import { foldRates, sizesOf } from './fold.js';
import { machine, round, spreadOf } from './measure.js';
import { runPipeline } from './pipeline.js';
import { queryTimes } from './query.js';
import { rebuildRate } from './rebuild.js';

/** Notes one figure of a run. */
type Note = (name: string, unit: string, value: number) => void;

interface Subject {
  /** Events unless told otherwise. */
  readonly events: number;
  run(servers: BenchServers, events: number, note: Note): Promise<void>;
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
      note('embedded', 'events/s', await embeddedRate(Math.max(1000, Math.round(events / 8))));
      note('embedded, idle: flushed to visible', 'ms', (await embeddedVisibility(40)).median);
    },
  },
  fold: {
    events: 300_000,
    async run(servers, events, note) {
      for (const batch of [500, 4_500]) {
        const { few, all, copy } = await foldRates(servers, events, batch);
        const at = `batches of ${batch}`;
        note(`${at}: runs and sessions`, 'µs CPU/event', few.cpu_us);
        note(`${at}: all projections`, 'µs CPU/event', all.cpu_us);
        note(
          `${at}: the others cost`,
          '%',
          100 * (1 - all.events_per_second / few.events_per_second),
        );
        note(`${at}: the others cost, by CPU`, '%', 100 * (1 - few.cpu_us / all.cpu_us));
        note(`${at}: runs and sessions`, 'events/s', few.events_per_second);
        note(`${at}: all projections`, 'events/s', all.events_per_second);
        note(`${at}: one COPY stream of ready text`, 'events/s', copy.events_per_second);
        note(`${at}: one COPY stream of ready text`, 'µs CPU/event', copy.cpu_us);
      }
      for (const { name, bytes } of await sizesOf(servers, Math.min(events, 100_000))) {
        note(`size of ${name}, demo's mix`, 'bytes/event', bytes);
      }
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
      note('longest lock against writers', 'ms', rate.longest_lock_ms);
      const { alone, while_rebuilding } = rate.longest_gap_ms;
      note('writers at 10,000 events/s: longest gap', 'ms', alone);
      note('the same while rebuilding: longest gap', 'ms', while_rebuilding);
    },
  },
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '3' },
    events: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const [name = 'pipeline'] = positionals;
const subject = subjects[name];
const runs = Number(values.runs);
const events = Number(values.events ?? subject?.events);
if (subject === undefined || !(runs >= 1) || !(events >= 1000)) {
  const names = Object.keys(subjects).join(' | ');
  console.error(
    `Expected: npm run bench -- [${names}] [--runs N] [--events N, 1000 or more] [--json]`,
  );
  process.exit(2);
}

const found = await findServers();
if (found.postgres.server === undefined || found.redis.server === undefined) {
  console.error(found.report);
  process.exit(1);
}
const servers = { postgres: found.postgres.server.url, redis: found.redis.server.url };
const show = (value: number) => round(value, value < 10 ? 2 : value < 100 ? 1 : 0);
const figures = new Map<string, { figure: string; unit: string; values: number[] }>();
const note: Note = (figure, unit, value) => {
  const key = `${figure} ${unit}`;
  const taken = figures.get(key) ?? { figure, unit, values: [] };
  taken.values.push(value);
  figures.set(key, taken);
  console.error(`  ${figure.padEnd(46)} ${show(value).padStart(10)} ${unit}`);
};

console.error(`${machine()}\n${found.report}`);
try {
  for (let run = 1; run <= runs; run++) {
    console.error(`${name}, ${round(events)} events, run ${run} of ${runs}`);
    await subject.run(servers, events, note);
  }
} finally {
  await found.stop();
}

const report = [...figures.values()].map(({ figure, unit, values: taken }) => ({
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
