/**
 * `npm run bench`: what Runfold does a second, on this machine, beside references in the same run.
 *
 *   npm run bench -- [pipeline] [--runs N] [--events N] [--json]
 */
import { parseArgs } from 'node:util';
import { findServers } from '../test/support/servers.js';
import { embeddedRate, embeddedVisibility } from './embedded.js';
import { machine, round, spreadOf } from './measure.js';
import { type BenchServers, runPipeline } from './pipeline.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '3' },
    events: { type: 'string', default: '500000' },
    json: { type: 'boolean', default: false },
  },
});
const [subject = 'pipeline'] = positionals;
const runs = Number(values.runs);
const events = Number(values.events);
if (subject !== 'pipeline' || !(runs >= 1) || !(events >= 1000)) {
  console.error(
    'Expected: npm run bench -- [pipeline] [--runs N] [--events N (1000 or more)] [--json]',
  );
  process.exit(2);
}

const found = await findServers();
if (found.postgres.server === undefined || found.redis.server === undefined) {
  console.error(found.report);
  process.exit(1);
}
const servers: BenchServers = {
  postgres: found.postgres.server.url,
  redis: found.redis.server.url,
};

interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly values: number[];
}
const figures: Figure[] = [];
const note = (name: string, unit: string, value: number | undefined) => {
  if (value === undefined) return;
  const figure = figures.find((one) => one.name === name);
  if (figure === undefined) figures.push({ name, unit, values: [value] });
  else figure.values.push(value);
  console.error(`  ${name.padEnd(58)} ${round(value, value < 10 ? 2 : 0).padStart(10)} ${unit}`);
};

console.error(`${machine()}\n${found.report}`);
try {
  for (let run = 1; run <= runs; run++) {
    console.error(`run ${run} of ${runs}`);
    const full = await runPipeline(servers, { events, per_job: 500, copy: true });
    note('Redis + Postgres, 500 events a job', 'events/s', full.events_per_second);
    if (full.copy !== undefined) {
      note('one COPY stream, fed by Node from the events', 'events/s', full.copy.from_events);
      note('one COPY stream of ready text', 'events/s', full.copy.from_text);
      note('pipeline / COPY from events', '', full.events_per_second / full.copy.from_events);
      note('pipeline / COPY of ready text', '', full.events_per_second / full.copy.from_text);
    }
    note('worker, Node CPU', 'µs/event', full.worker_cpu_us_per_event);
    note('producer, Node CPU', 'µs/event', full.producer_cpu_us_per_event);
    note('worker, peak memory', 'MB', full.worker_peak_mb);
    const single = await runPipeline(servers, {
      events: Math.max(1000, Math.round(events / 15)),
      per_job: 1,
      copy: false,
    });
    note('Redis + Postgres, one event a job', 'events/s', single.events_per_second);
    note('embedded', 'events/s', await embeddedRate(Math.max(1000, Math.round(events / 8))));
    note('embedded, idle: flushed to visible', 'ms', (await embeddedVisibility(40)).median);
  }
} finally {
  await found.stop();
}

const report = figures.map(({ name, unit, values: taken }) => ({ name, unit, ...spreadOf(taken) }));
if (values.json) {
  console.log(JSON.stringify({ machine: machine(), runs, events, figures: report }, null, 2));
} else {
  console.log(`\nmedian of ${runs} (minimum – maximum)`);
  for (const { name, unit, min, median, max } of report) {
    const show = (value: number) => round(value, value < 10 ? 2 : 0);
    console.log(
      `  ${name.padEnd(44)} ${show(median).padStart(9)}  (${show(min)} – ${show(max)}) ${unit}`,
    );
  }
}
