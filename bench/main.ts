/**
 * `npm run bench`: how much Runfold does per second on this machine, beside references in the same
 * run.
 */

import { readCommandLine, readNumber, refuse } from '../harness/bench-options.js';
import { machine, round } from '../harness/measure.js';
import { findServers } from '../harness/servers.js';
import { dropTemplate } from './bench-database.js';
import { type Figure, measureSubject } from './measure-subject.js';
import { subjects } from './subjects.js';

const help = `Usage: npm run bench -- [SUBJECT] [--runs N] [--events N] [--seconds N] [--json]

Measures one subject a few times and prints the median, the minimum and the maximum of each figure.
It uses the Postgres and the Redis that the tests find, in databases and under keys of its own.

  --runs N     how often to measure. Defaults to 3, and to 1 for memory
  --events N   events of one run, 1000 or more. Defaults to the number beside the subject
  --seconds N  how long a rate is kept, for latency and memory. Defaults to the seconds beside it
  --json       print the figures as JSON
  --help       print this

Exit codes: 0 all was measured, 1 a server is missing or a total is off, 2 usage error.

Subjects, the first one unless named:
${Object.entries(subjects)
  .map(([name, { about, events, seconds }]) => {
    const size = [`${round(events)} events`, ...(seconds === undefined ? [] : [`${seconds} s`])];
    return `  ${name.padEnd(9)} ${about} (${size.join(', ')})`;
  })
  .join('\n')}
`;

const { values, positionals } = readCommandLine(
  {
    allowPositionals: true,
    options: {
      runs: { type: 'string' },
      events: { type: 'string' },
      seconds: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  },
  help,
);
const [name = 'pipeline', ...others] = positionals;
const subject = Object.hasOwn(subjects, name) ? subjects[name] : undefined;
if (subject === undefined || others.length > 0) {
  const expected = Object.keys(subjects).join(' | ');
  refuse(`error: expected one of [${expected}], got ${JSON.stringify(positionals.join(' '))}.`);
}
const runs = readNumber('--runs', values.runs ?? String(subject.runs ?? 3), 1);
const events = readNumber('--events', values.events ?? String(subject.events), 1000);
const seconds = readNumber('--seconds', values.seconds ?? String(subject.seconds ?? 1), 0.1, 'any');

const found = await findServers();
if (found.postgres.server === undefined || found.redis.server === undefined) {
  console.error(found.report);
  process.exit(1);
}
const { server: postgres } = found.postgres;
const { server: redis } = found.redis;
const servers = { postgres: postgres.url, redis: redis.url };
const versions = { node: process.versions.node, postgres: postgres.version, redis: redis.version };
const show = (value: number) => round(value, value < 10 ? 2 : value < 100 ? 1 : 0);
console.error(`${machine()}\n${found.report}`);
let report: readonly Figure[];
try {
  report = await measureSubject(
    servers,
    subject,
    { runs, events, seconds },
    {
      onRun: (run) => console.error(`${name}, ${round(events)} events, run ${run} of ${runs}`),
      onFigure: (figure, unit, value) =>
        console.error(`  ${figure.padEnd(46)} ${show(value).padStart(10)} ${unit}`),
    },
  );
} finally {
  await dropTemplate(servers);
  await found.stop();
}

if (values.json) {
  const setting = { machine: machine(), versions, subject: name, runs, events, seconds };
  console.log(JSON.stringify({ ...setting, report }, null, 2));
} else {
  console.log(`\nmedian of ${runs} (minimum – maximum)`);
  for (const { figure, unit, min, median, max } of report) {
    console.log(
      `  ${figure.padEnd(46)} ${show(median).padStart(10)}  (${show(min)} – ${show(max)}) ${unit}`,
    );
  }
}
