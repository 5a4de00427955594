import type { Command } from 'commander';
import { type Database, openDatabase } from '../../postgres/database.js';
import { compareStores } from '../../projections/audit/compare-stores.js';
import { verify } from '../../projections/audit/verify.js';
import { checkMigrated } from '../../store/migrate.js';
import { replicateLog } from '../actions/replicate-log.js';
import { type CommandContext, createCommand, openContext } from '../command/command.js';
import { exitCodes, UsageError } from '../command/command-error.js';
import { catchSignals, stoppingWords } from '../command/signals.js';
import { count, plural } from '../output/format.js';
import { openProgress } from '../output/progress.js';
import { table } from '../output/table.js';

interface ReplicateFlags {
  readonly from: string;
  readonly to: string;
  readonly once?: boolean;
  readonly fromStart?: boolean;
  readonly check?: boolean;
  readonly json?: boolean;
}

/** `runfold replicate` */
export function replicateCommand(): Command {
  return createCommand({
    name: 'replicate',
    details:
      'Copies the log of one store into another, with projects, keys, prices, budgets, alerts and rejects, while new ' +
      'events arrive, and then follows it until stopped. Every event is folded again. You can stop and start it at any ' +
      'time: it continues where it was, and events that the new store already has change nothing. It says how many ' +
      'events are left, and when both stores are level. OpenTelemetry spans that wait for their parents are not copied; ' +
      'let them be folded first. With --check it copies nothing, verifies both stores and compares them.',
    examples: [
      'runfold replicate --from postgres://old/runfold --to postgres://new/runfold',
      'runfold replicate --from postgres://old/runfold --to postgres://new/runfold --once',
      'runfold replicate --from postgres://old/runfold --to postgres://new/runfold --check',
    ],
  })
    .requiredOption('--from <url>', 'Postgres of the store to copy from')
    .requiredOption(
      '--to <url>',
      'Postgres of the store to copy into, migrated and divided already',
    )
    .option('--once', 'end when there are no new events')
    .option('--from-start', 'read the whole log again, from its start')
    .option('--check', 'copy nothing; verify both stores and compare their totals')
    .option('--json', 'print the result as JSON')
    .action(async (flags: ReplicateFlags, self: Command) => {
      const context = openContext(self, 'once');
      const from = open('--from', flags.from);
      const to = open('--to', flags.to);
      try {
        await checkMigrated(from);
        await checkMigrated(to);
        if (flags.check) await check(context, from, to, flags.json === true);
        else await copy(context, from, to, flags);
      } finally {
        await from.close();
        await to.close();
      }
    });
}

function open(flag: string, url: string): Database {
  // The value is not repeated: it may hold a password.
  if (!/^postgres(ql)?:\/\//.test(url))
    throw new UsageError(`${flag}: expected a postgres:// URL.`);
  return openDatabase(url, { max: 4, application_name: 'runfold replicate' });
}

async function copy(
  context: CommandContext,
  from: Database,
  to: Database,
  flags: ReplicateFlags,
): Promise<void> {
  const { terminal } = context;
  const signals = catchSignals(context, stoppingWords);
  const progress = openProgress(terminal);
  let wasLevel = false;
  try {
    const done = await replicateLog({
      from,
      to,
      once: flags.once === true,
      from_start: flags.fromStart === true,
      signal: signals.signal,
      onProgress: ({ read, applied, left, is_level }) => {
        const state = is_level ? 'level with the old store' : `about ${count(left)} left`;
        const text = `${plural(read, 'event')} read, ${count(applied)} new, ${state}`;
        progress.update(read, left > 0 ? read + left : undefined, text);
        if (is_level && !wasLevel) terminal.note('Level with the old store.');
        wasLevel = is_level;
      },
    });
    if (done.rejected > 0) context.io.exitCode = exitCodes.failed;
    progress.stop();
    if (flags.json) return terminal.json(done);
    const { read, applied, rejected } = done;
    terminal.line(
      `${plural(read, 'event')} read, ${count(applied)} new, ${count(rejected)} rejected.`,
    );
  } finally {
    progress.stop();
    signals.release();
  }
}

async function check(
  { terminal, io }: CommandContext,
  from: Database,
  to: Database,
  isJson: boolean,
): Promise<void> {
  const [ofFrom, ofTo] = await Promise.all([verify(from), verify(to)]);
  const differences = await compareStores(from, to);
  const isEqual = ofFrom.equal && ofTo.equal && differences.length === 0;
  io.exitCode = isEqual ? exitCodes.ok : exitCodes.failed;
  if (isJson) {
    const found = { equal: isEqual, from_equal: ofFrom.equal, to_equal: ofTo.equal, differences };
    return terminal.json({ ...found, events: { from: ofFrom.events, to: ofTo.events } });
  }
  const { green, red } = terminal.colors;
  const says = (name: string, audit: typeof ofFrom) =>
    terminal.line(
      `${audit.equal ? green('✓') : red('✗')} The ${name} store: ${plural(audit.events, 'event')}, its totals ${audit.equal ? 'equal' : 'differ from'} the fold of its log.`,
    );
  says('old', ofFrom);
  says('new', ofTo);
  if (differences.length === 0) {
    return terminal.line(`${green('✓')} Both have the same events and the same totals.`);
  }
  const columns = [
    { head: 'totals', cell: (one: (typeof differences)[number]) => one.projection },
    { head: 'figure', cell: (one: (typeof differences)[number]) => one.field },
    { head: 'old store', cell: (one: (typeof differences)[number]) => one.from ?? 'none' },
    { head: 'new store', cell: (one: (typeof differences)[number]) => one.to ?? 'none' },
  ];
  terminal.line(table(terminal, columns, differences));
  terminal.line(
    `${red('✗')} They differ. Run "runfold replicate --once" again, with the workers of the old store stopped; if they still differ, with --from-start.`,
  );
}
