/**
 * `npm run bench`: what Runfold does a second, on this machine, beside references in the same run.
 *
 *   npm run bench -- [pipeline | http | fold | query | rebuild | latency | memory] [--runs N]
 *     [--events N] [--seconds N] [--json]
 */
import { parseArgs } from 'node:util';
import { findServers } from '../test/support/servers.js';
import { machine, round, spreadOf } from './measure.js';
import { type Note, subjects } from './subjects.js';

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
    await subject.run(servers, events, note, seconds);
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
