import type { Command } from 'commander';
import { listGrants } from '../../operations/rights/grants.js';
import { redisUserCommand } from '../../operations/rights/redis-rights.js';
import { isSpread } from '../../queue/queue-spread.js';
import { migrateTier, type Tier } from '../../tier.js';
import { rebuildTotals } from '../actions/rebuild-totals.js';
import { type CommandContext, createCommand, openContext } from '../command/command.js';
import { UsageError } from '../command/command-error.js';
import { catchSignals, stoppingWords } from '../command/signals.js';
import { findStaleTotals } from '../command/stale-totals.js';
import { withTier } from '../command/with-tier.js';
import { describeRebuild } from '../reports/describe-rebuild.js';

/** `runfold migrate` */
export function migrateCommand(): Command {
  return createCommand({
    name: 'migrate',
    details:
      'Safe to run at any time and from many processes at once: one migrates, the others wait. ' +
      'The process that serves an embedded store migrates it. If the definition of a total has ' +
      'changed in the new version, the command says so.',
    examples: [
      'runfold migrate',
      'runfold migrate --rebuild',
      'runfold migrate --grants',
      'DATABASE_URL=postgres://user:password@host:5432/runfold runfold migrate',
    ],
  })
    .option('--rebuild', 'rebuild totals whose definition has changed')
    .option(
      '--grants [prefix]',
      'change nothing, and print SQL that creates roles with the least rights: runfold_worker, runfold_service and runfold_reader, or with another prefix',
    )
    .action(async (flags: MigrateFlags, command: Command) => {
      const context = openContext(command, 'once');
      if (flags.grants !== undefined) return printGrants(context, flags);
      await withTier(
        context,
        'runfold migrate',
        async (tier) => {
          if (!tier.is_owner) await migrateTier(tier);
          context.terminal.line(`The tables in ${tier.place} (${tier.name}) are up to date.`);
          await dealWithStaleTotals(context, tier, flags.rebuild === true);
        },
        { any_version: true, may_create: true },
      );
    });
}

interface MigrateFlags {
  readonly rebuild?: boolean;
  readonly grants?: string | true;
}

/** Prints the statements that create each role, and the Redis user if there is a Redis. */
async function printGrants(context: CommandContext, flags: MigrateFlags): Promise<void> {
  const { terminal, settings } = context;
  const prefix = flags.grants === true ? 'runfold' : String(flags.grants);
  if (flags.rebuild === true) throw new UsageError('--grants: not allowed with --rebuild.');
  if (!/^[a-z_][a-z0-9_]{0,40}$/.test(prefix)) {
    throw new UsageError(
      `--grants: expected a prefix of role names, in lower-case letters, digits or _, got ${JSON.stringify(prefix)}.`,
    );
  }
  if (settings.database_url === undefined) {
    throw new UsageError(
      '--grants: expected DATABASE_URL. An embedded store has no roles: access to its folder is the only right.',
    );
  }
  await withTier(context, 'runfold migrate', async ({ database, queue }) => {
    const has_queue = queue.kind === 'postgres';
    const roles = await listGrants(database, { prefix, has_queue });
    terminal.line('-- Run as a superuser, and again after every "runfold migrate".');
    terminal.line("-- Give each role a password: alter role … password '…';");
    for (const { name, meaning, statements } of roles) {
      terminal.line();
      terminal.line(`-- ${name} ${meaning}.`);
      for (const statement of statements) terminal.line(statement);
    }
    if (queue.kind !== 'redis') return;
    terminal.line();
    terminal.line('-- Redis, for producers, workers and services, as one line of redis-cli:');
    terminal.line(`-- ${redisUserCommand('runfold', queue.prefix ?? 'runfold', isSpread(queue))}`);
  });
}

async function dealWithStaleTotals(
  context: CommandContext,
  { database }: Tier,
  isWanted: boolean,
): Promise<void> {
  const { terminal } = context;
  const stale = await findStaleTotals(database);
  if (stale === undefined) return;
  if (!isWanted) return terminal.note(stale.text);
  const signals = catchSignals(context, stoppingWords);
  try {
    const { projections } = stale;
    const { signal } = signals;
    const report = await rebuildTotals(database, terminal, { projections, signal });
    for (const line of describeRebuild(terminal, report)) terminal.line(line);
  } finally {
    signals.release();
  }
}
