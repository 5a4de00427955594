/** `npm run chaos`: rounds of faults against real servers, each made from its seed. */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { machine } from '../bench/measure.js';
import { playCampaign } from './campaign.js';
import { scenarios } from './scenarios.js';
import { missingBinaries } from './stack.js';
import { tableOf } from './table.js';

const help = `Usage: npm run chaos -- [--rounds N] [--seed S] [--scenario NAME]… [--json FILE]

Starts a Redis and a Postgres of its own, runs producers, workers, rebuilds and readers as processes,
injects faults, and checks after each round that nothing acknowledged was lost and no total is off.

  --rounds N       rounds to play, the scenarios in turn. Defaults to one of each
  --seed S         seed of the first round; each further one has the next number. Defaults to 1
  --scenario NAME  only this one; may be repeated
  --json FILE      write all rounds with their plans as JSON
  --help           print this

A seed gives the same plan: workload, faults, times as shares of the progress. How the system
schedules the processes it cannot give again. Exit code 1: something went against the promise.

Scenarios:
${scenarios.map(({ name, about }) => `  ${name.padEnd(16)} ${about}`).join('\n')}
`;

function fail(text: string): never {
  console.error(text);
  process.exit(2);
}

function readOptions() {
  try {
    return parseArgs({
      options: {
        rounds: { type: 'string' },
        seed: { type: 'string', default: '1' },
        scenario: { type: 'string', multiple: true, default: [] },
        json: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    return fail(`${error instanceof Error ? error.message : error}\n\n${help}`);
  }
}

const values = readOptions();
if (values.help) {
  console.log(help);
  process.exit(0);
}
const unknown = values.scenario.filter((name) => !scenarios.some((one) => one.name === name));
if (unknown.length > 0) {
  fail(
    `--scenario: expected one of ${scenarios.map(({ name }) => name).join(', ')}, got ${unknown}`,
  );
}
const chosen = scenarios.filter(
  ({ name }) => values.scenario.length === 0 || values.scenario.includes(name),
);
const rounds = Number(values.rounds ?? chosen.length);
const seed = Number(values.seed);
if (!Number.isInteger(rounds) || rounds < 1) fail('--rounds: expected a whole number from 1');
if (!Number.isInteger(seed) || seed < 0) fail('--seed: expected a whole number from 0');
const missing = missingBinaries();
if (missing !== undefined) fail(`Expected redis-server, initdb and postgres, got ${missing}`);

// Ends the servers and unmounts the small disk, which a signal's own end would leave behind.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

console.error(`${machine()}\n${rounds} rounds, seeds ${seed} to ${seed + rounds - 1}`);
const { rounds: played, skipped } = await playCampaign({
  scenarios: chosen,
  rounds,
  seed,
  onSkip: (name, why) => console.error(`skipped: ${name}: ${why}`),
  onRound(report, number) {
    const { scenario, violations } = report;
    const outcome = violations.length === 0 ? 'sound' : `${violations.length} VIOLATIONS`;
    console.error(
      `${String(number).padStart(4)}/${rounds}  ${scenario.padEnd(15)} seed ${report.seed}` +
        `  ${report.seconds.toFixed(1)} s  ${report.acknowledged} acknowledged` +
        `  recovered in ${(report.recovery_ms / 1000).toFixed(1)} s  ${outcome}`,
    );
    for (const violation of violations.slice(0, 5)) console.error(`      ${violation}`);
    if (violations.length === 0) return;
    console.error(
      `      the same plan: npm run chaos -- --rounds 1 --seed ${report.seed} --scenario ${scenario}`,
    );
  },
});
console.log(tableOf(played, skipped));
if (values.json !== undefined) {
  const report = { machine: machine(), seed, rounds: played, skipped: Object.fromEntries(skipped) };
  writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
}
process.exitCode = played.some(({ violations }) => violations.length > 0) ? 1 : 0;
