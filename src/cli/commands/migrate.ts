import type { Command } from 'commander';
import { migrateTier } from '../../tier.js';
import { createCommand, openContext } from '../command.js';
import { withTier } from '../with-tier.js';

/** `runfold migrate` */
export function migrateCommand(): Command {
  return createCommand({
    name: 'migrate',
    summary: 'Bring the tables of store and queue up to date',
    details:
      'Safe to run at any time and by many processes at once; one migrates, the others wait. ' +
      'An embedded store is migrated by whichever process serves it.',
    examples: [
      'runfold migrate',
      'DATABASE_URL=postgres://user:password@host:5432/runfold runfold migrate',
    ],
  }).action(async (_options: unknown, command: Command) => {
    const context = openContext(command, 'once');
    await withTier(context, 'runfold migrate', async (tier) => {
      if (!tier.is_owner) await migrateTier(tier);
      context.terminal.line(`The tables in ${tier.place} (${tier.name}) are up to date.`);
    });
  });
}
