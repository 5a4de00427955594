/**
 * A reader process: `read-process.ts steady|moving`. The environment names the servers; SIGTERM
 * ends it.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { readConfig } from '#runfold/environment/config.js';
import { openDatabase } from '#runfold/postgres/database.js';
import { verify } from '#runfold/projections/audit/verify.js';

/** Without corrections, figures only grow. */
const mayShrink = process.argv[2] === 'moving';
const database = openDatabase(readConfig().database_url ?? '', { max: 1 });

/**
 * Figures that must agree in every snapshot: the log first, then the totals that are folded from
 * it.
 */
const pairs = {
  events: ['select count(*) from runfold.events'],
  messages: [
    'select count(*) from runfold.messages where corrects is null',
    'select sum(messages) from runfold.runs',
    'select sum(messages) from runfold.sessions',
  ],
  tool_calls: [
    'select count(*) from runfold.tool_calls where corrects is null',
    'select sum(tool_calls) from runfold.runs',
    'select sum(tool_calls) from runfold.tool_usage',
  ],
  tokens: [
    "select sum(total_tokens) from runfold.messages where role = 'assistant'",
    'select sum(total_tokens) from runfold.runs',
    'select sum(total_tokens) from runfold.sessions',
    'select sum(total_tokens) from runfold.model_usage',
  ],
} as const;
type Row = Record<keyof typeof pairs, readonly string[]>;
// One statement reads one snapshot, so both sides of each pair must agree.
const statement = `select ${Object.entries(pairs)
  .map(([name, sums]) => `array[${sums.map((sum) => `coalesce((${sum}), 0)::text`)}] as ${name}`)
  .join(', ')}`;
/** After this number of reads, each row of each projection is compared with the fold of the log. */
const lookClosely = 10;

let reads = 0;
let faults = 0;
let isStopped = false;
process.once('SIGTERM', () => {
  isStopped = true;
});
const most = new Map<string, bigint>();
const say = (what: string, row: unknown) =>
  process.stdout.write(`violation ${what}: ${JSON.stringify(row)}\n`);

process.stdout.write('reading\n');
let fault: unknown;
while (!isStopped) {
  try {
    const [row] = await database.query<Row>(statement);
    if (row !== undefined) look(row);
    if (reads % lookClosely === 0) {
      const { equal, differences } = await verify(database, { max_differences: 3 });
      if (!equal) say('not the fold of the log', differences);
    }
    reads += 1;
  } catch (error) {
    // The server is unavailable. The harness allows that if the round causes it.
    faults += 1;
    fault = error;
  }
  await pause(25);
}
process.stdout.write(`reads ${reads} ${faults} ${fault === undefined ? '' : String(fault)}\n`);
process.exit(0);

function look(row: Row): void {
  for (const [name, values] of Object.entries(row)) {
    if (values.some((value) => value !== values[0])) say(`torn ${name}`, row);
    if (mayShrink && name === 'tokens') continue;
    const value = BigInt(values[0] ?? 0);
    const before = most.get(name) ?? 0n;
    if (value < before) say(`${name} fell from ${before}`, row);
    else most.set(name, value);
  }
}
