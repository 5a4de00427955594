/** `npm run chaos`: rounds of faults against real servers. Each round is made from its seed. */
import { writeFileSync } from 'node:fs';
import { readCommandLine, readNumber, refuse } from '../harness/bench-options.js';
import { machine } from '../harness/measure.js';
import { playCampaign } from './campaign.js';
import { scenarios } from './scenarios/scenarios.js';
import { missingBinaries } from './servers/stack.js';
import { tableOf } from './table.js';

const help = `Usage: npm run chaos -- [--rounds N] [--seed S] [--scenario NAME]… [--at-once N] [--json FILE]

Starts a Redis and a Postgres of its own, runs producers, workers, rebuilds and readers as
processes, injects faults, and checks after each round that nothing acknowledged was lost and no
total is off.

  --rounds N       rounds to play, the scenarios in turn. Defaults to one of each
  --seed S         seed of the first round; each further one has the next number. Defaults to 1
  --scenario NAME  only this one; may be repeated
  --at-once N      rounds at the same time, each on servers of its own. Defaults to 1
  --json FILE      write all rounds with their plans as JSON
  --help           print this

A seed gives the same plan: workload, faults, times as shares of the progress. How the system
schedules the processes it cannot give again.

Exit codes: 0 all held, 1 something went against the promise or a server is missing, 2 asked
wrongly.

Scenarios:
${scenarios.map(({ name, about }) => `  ${name.padEnd(16)} ${about}`).join('\n')}
`;

const { values } = readCommandLine(
  {
    options: {
      rounds: { type: 'string' },
      seed: { type: 'string', default: '1' },
      scenario: { type: 'string', multiple: true, default: [] },
      'at-once': { type: 'string', default: '1' },
      json: { type: 'string' },
    },
  },
  help,
);
const unknown = values.scenario.filter((name) => !scenarios.some((one) => one.name === name));
if (unknown.length > 0) {
  const expected = scenarios.map(({ name }) => name).join(', ');
  refuse(
    `error: --scenario: expected one of ${expected}, got ${JSON.stringify(unknown.join(', '))}.`,
  );
}
const chosen = scenarios.filter(
  ({ name }) => values.scenario.length === 0 || values.scenario.includes(name),
);
const rounds = readNumber('--rounds', values.rounds ?? String(chosen.length), 1);
const seed = readNumber('--seed', values.seed, 0);
const atOnce = readNumber('--at-once', values['at-once'], 1);
const missing = missingBinaries();
if (missing !== undefined) {
  console.error(`error: expected redis-server, initdb and postgres, got ${missing}.`);
  process.exit(1);
}

// The first signal cancels the round and stops everything; a later one does not wait for that. A
// terminal and npm both send one, so a second signal within a second counts as the same.
const interrupted = new AbortController();
let interruptedAt = Number.POSITIVE_INFINITY;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (performance.now() - interruptedAt > 1_000) process.exit(130);
    if (interrupted.signal.aborted) return;
    interruptedAt = performance.now();
    console.error(`${signal}: ending`);
    interrupted.abort();
  });
}

console.error(`${machine()}\n${rounds} rounds, seeds ${seed} to ${seed + rounds - 1}`);
const {
  rounds: played,
  skipped,
  versions,
} = await playCampaign({
  scenarios: chosen,
  rounds,
  seed,
  at_once: atOnce,
  signal: interrupted.signal,
  onSkip: (name, why) => console.error(`skipped: ${name}: ${why}`),
  onRound(report, over) {
    const { scenario, violations } = report;
    const outcome = violations.length === 0 ? 'sound' : `${violations.length} VIOLATIONS`;
    console.error(
      `${String(over).padStart(4)}/${rounds}  ${scenario.padEnd(15)} seed ${report.seed}` +
        `  ${report.seconds.toFixed(1)} s  ${report.acknowledged} acknowledged` +
        `  recovered in ${(report.recovery_ms / 1000).toFixed(1)} s  ${outcome}`,
    );
    for (const violation of violations.slice(0, 5)) console.error(`      ${violation}`);
    if (violations.length === 0) return;
    console.error(`      the same plan: ${report.again}`);
  },
});
console.log(`${machine()}, ${versions}\n${tableOf(played, skipped)}`);
if (values.json !== undefined) {
  const report = {
    machine: `${machine()}, ${versions}`,
    seed,
    rounds: played,
    skipped: Object.fromEntries(skipped),
  };
  writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
}
if (interrupted.signal.aborted) process.exit(130);
process.exitCode = played.some(({ violations }) => violations.length > 0) ? 1 : 0;
