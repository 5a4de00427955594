import type { Command } from 'commander';
import { checkMigrated } from '../../store/migrate.js';
import { openWorker } from '../../worker/open-worker.js';
import { createCommand, openContext } from '../command/command.js';
import { catchSignals } from '../command/signals.js';
import { findStaleTotals } from '../command/stale-totals.js';
import { withTier } from '../command/with-tier.js';

/** `runfold worker` */
export function workerCommand(): Command {
  return createCommand({
    name: 'worker',
    details:
      'Run as many as you like. SIGTERM or SIGINT ends one in good order: it takes no more jobs, ' +
      'writes those in hand, and exits with 0; a second signal ends it at once with 1.',
    examples: [
      'DATABASE_URL=postgres://… REDIS_URL=redis://… runfold worker',
      'runfold worker --dir .runfold --log-level debug',
    ],
  }).action(async (_options: unknown, command: Command) => {
    const context = openContext(command, 'service');
    const signals = catchSignals(context);
    await withTier(context, 'runfold worker', async (tier) => {
      await checkMigrated(tier.database);
      const stale = await findStaleTotals(tier.database);
      if (stale !== undefined) context.log.warn(stale.text);
      const worker = await openWorker({
        database: tier.database,
        queue: tier.queue,
        log: context.log,
        shared_session: tier.name === 'embedded',
        span_wait_seconds: context.settings.otlp_wait_seconds,
        span_keep_days: context.settings.otlp_keep_days,
      });
      await signals.received;
      await worker.close();
    });
    signals.release();
  });
}
