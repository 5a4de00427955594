/** A reader process: `read-process.ts steady|moving`, told where by the environment; SIGTERM ends it. */
import { setTimeout as pause } from 'node:timers/promises';
import { readConfig } from '#runfold/config.js';
import { openDatabase } from '#runfold/store/database.js';

/** Where no event corrects another one, figures only grow. */
const mayShrink = process.argv[2] === 'moving';
const database = openDatabase(readConfig().database_url ?? '', { max: 1 });
const [runs, sessions, log] = ['runfold.runs', 'runfold.sessions', 'runfold.messages'];
// One statement reads one snapshot: whatever it pairs must fit together.
const statement = `select
  (select count(*) from runfold.events)::text as events,
  (select coalesce(sum(messages), 0) from ${runs})::text as run_messages,
  (select coalesce(sum(messages), 0) from ${sessions})::text as session_messages,
  (select count(*) from ${log} where corrects is null)::text as log_messages,
  (select coalesce(sum(total_tokens), 0) from ${runs})::text as run_tokens,
  (select coalesce(sum(total_tokens), 0) from ${sessions})::text as session_tokens,
  (select coalesce(sum(total_tokens), 0) from ${log} where role = 'assistant')::text as log_tokens`;
type Row = Record<
  | 'events'
  | 'run_messages'
  | 'session_messages'
  | 'log_messages'
  | 'run_tokens'
  | 'session_tokens'
  | 'log_tokens',
  string
>;

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
while (!isStopped) {
  try {
    const [row] = await database.query<Row>(statement);
    if (row !== undefined) look(row);
    reads += 1;
  } catch {
    // The server is away: this scenario's doing, and counted.
    faults += 1;
  }
  await pause(25);
}
process.stdout.write(`reads ${reads} ${faults}\n`);
process.exit(0);

function look(row: Row): void {
  const isTorn =
    row.run_messages !== row.session_messages ||
    row.run_messages !== row.log_messages ||
    row.run_tokens !== row.session_tokens ||
    row.run_tokens !== row.log_tokens;
  if (isTorn) say('torn', row);
  for (const [name, text] of Object.entries(row)) {
    if (mayShrink && name.endsWith('tokens')) continue;
    const value = BigInt(text);
    const before = most.get(name) ?? 0n;
    if (value < before) say(`${name} fell from ${before}`, row);
    else most.set(name, value);
  }
}
