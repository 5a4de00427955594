/**
 * `npm run bench`: what Runfold does a second, on this machine, beside references in the same run.
 *
 *   npm run bench -- [pipeline | query | rebuild | http] [--runs N] [--events N] [--json]
 */
import { parseArgs } from 'node:util';
import { findServers } from '../test/support/servers.js';
import type { BenchServers } from './bench-database.js';
import { embeddedRate, embeddedVisibility } from './embedded.js';
import { runDirect, runHttp } from './http.js';
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
  http: {
    events: 100_000,
    async run(servers, events, note) {
      const direct = await runDirect(servers, events, 500);
      const fast = { per_request: 500, senders: 2, readers: 4 };
      const most = await runHttp(servers, events, fast);
      note('sent by HTTP while readers query', 'events/s', most.events_per_second);
      note('sent by the direct producer', 'events/s', direct);
      note('HTTP / direct', '', most.events_per_second / direct);
      note('read of a run meanwhile, p50', 'ms', most.read_p50_ms);
      note('read of a run meanwhile, p99', 'ms', most.read_p99_ms);
      note('service, peak memory', 'MB', most.server_peak_mb);
      const paced = await runHttp(servers, events, { ...fast, per_request: 100, rate: 5_000 });
      note('sent at an even pace', 'events/s', paced.events_per_second);
      note('read of a run at that pace, p50', 'ms', paced.read_p50_ms);
      note('read of a run at that pace, p99', 'ms', paced.read_p99_ms);
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
    await subject.run(servers, events, note);
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
