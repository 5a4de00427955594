import type { Command } from 'commander';
import { migrateTier, type Tier } from '../../tier.js';
import { rebuildTotals } from '../actions/rebuild-totals.js';
import { type CommandContext, createCommand, openContext } from '../command/command.js';
import { catchSignals, stoppingWords } from '../command/signals.js';
import { findStaleTotals } from '../command/stale-totals.js';
import { withTier } from '../command/with-tier.js';
import { describeRebuild } from '../reports/rebuild-report.js';

/** `runfold migrate` */
export function migrateCommand(): Command {
  return createCommand({
    name: 'migrate',
    details:
      'Safe to run at any time and by many processes at once; one migrates, the others wait. ' +
      'An embedded store is migrated by whichever process serves it. Where a new version computes ' +
      'totals in another way than those in the store, it says so.',
    examples: [
      'runfold migrate',
      'runfold migrate --rebuild',
      'DATABASE_URL=postgres://user:password@host:5432/runfold runfold migrate',
    ],
  })
    .option('--rebuild', 'make totals that are stale anew from the log')
    .action(async (flags: { rebuild?: boolean }, command: Command) => {
      const context = openContext(command, 'once');
      await withTier(context, 'runfold migrate', async (tier) => {
        if (!tier.is_owner) await migrateTier(tier);
        context.terminal.line(`The tables in ${tier.place} (${tier.name}) are up to date.`);
        await dealWithStaleTotals(context, tier, flags.rebuild === true);
      });
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
