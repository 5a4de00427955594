import type { Command } from 'commander';
import type { RunningWorker } from '../../worker/open-worker.js';
import { createCommand, openContext } from '../command/command.js';
import { catchSignals, finishingTime } from '../command/signals.js';
import { findStaleTotals } from '../command/stale-totals.js';
import { startWorker } from '../command/start-worker.js';
import { withTier } from '../command/with-tier.js';
import {
  addMetricsOptions,
  type MetricsFlags,
  openWorkerMetrics,
  readMetricsAddress,
} from '../options/metrics-options.js';

/** `runfold worker` */
export function workerCommand(): Command {
  const command = createCommand({
    name: 'worker',
    details:
      'Run as many as you like. SIGTERM or SIGINT ends one gracefully: it takes no more jobs, ' +
      'writes those in flight, and exits with 0; a second signal ends it at once with 1.',
    examples: [
      'DATABASE_URL=postgres://… REDIS_URL=redis://… runfold worker',
      'runfold worker --metrics-port 9464 --metrics-host 0.0.0.0',
      'runfold worker --dir .runfold --log-level debug',
    ],
  });
  return addMetricsOptions(command).action(async (flags: MetricsFlags, self: Command) => {
    const context = openContext(self, 'service');
    const address = readMetricsAddress(context, flags);
    const signals = catchSignals(context);
    try {
      await withTier(
        context,
        'runfold worker',
        async (tier) => {
          const stale = await findStaleTotals(tier.database);
          if (stale !== undefined) context.log.warn(stale.text);
          let worker: RunningWorker | undefined;
          const metrics = await openWorkerMetrics(context, address, tier, { worker: () => worker });
          try {
            worker = await startWorker(context, tier, metrics.countBatch);
            await signals.received;
            await worker.close(finishingTime()());
          } finally {
            await metrics.close();
          }
        },
        { may_create: true },
      );
    } finally {
      signals.release();
    }
  });
}
