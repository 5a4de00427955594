import type { Command } from 'commander';
import { readQueueStatus } from '../../operations/status/status.js';
import type { Tier } from '../../tier.js';
import { type CommandContext, createCommand, openContext } from '../command/command.js';
import { catchSignals, finishingTime } from '../command/signals.js';
import { withTier } from '../command/with-tier.js';
import { countEmbeddedWorkers } from '../operations/embedded-folder.js';
import { addHttpOptions, type HttpFlags, planHttp, startHttp } from '../options/http-options.js';
import {
  addMetricsOptions,
  type MetricsFlags,
  openServiceMetrics,
  readMetricsAddress,
} from '../options/metrics-options.js';

/** `runfold serve` */
export function serveCommand(): Command {
  const command = createCommand({
    name: 'serve',
    details:
      'It does not fold events: also run "runfold worker", or use "runfold up", which does both. While ' +
      'there are no keys it listens on a loopback address only. SIGTERM or SIGINT shuts it down ' +
      'gracefully: it finishes the requests in flight and hands accepted events to the queue.',
    examples: [
      'DATABASE_URL=postgres://… REDIS_URL=redis://… runfold serve',
      'runfold serve --http-host 0.0.0.0 --http-port 8580',
    ],
  });
  return addMetricsOptions(addHttpOptions(command)).action(
    async (flags: HttpFlags & MetricsFlags, self: Command) => {
      const context = openContext(self, 'service');
      const plan = planHttp(context, flags);
      const address = readMetricsAddress(context, flags);
      const signals = catchSignals(context);
      try {
        await withTier(
          context,
          'runfold serve',
          async (tier) => {
            const http = await startHttp(context, tier, plan);
            const { terminal } = context;
            const { bold, cyan, dim } = terminal.colors;
            terminal.line(
              `${bold('Runfold serves')} ${cyan(http.url)}${dim(`  reference: ${http.url}/docs`)}`,
            );
            if ((await findWorkers(tier, context)) === 0) {
              terminal.note(
                'No worker is running: events wait on the queue. Start "runfold worker".',
              );
            }
            let died: unknown;
            try {
              const metrics = await openServiceMetrics(context, address, http);
              died = await Promise.race([signals.received, tier.exited]);
              await metrics.close();
            } finally {
              await http.close(died instanceof Error ? { timeout_ms: 0 } : finishingTime()());
            }
            if (died instanceof Error) throw died;
          },
          { may_create: true },
        );
      } finally {
        signals.release();
      }
    },
  );
}

/** The number of workers that fold the queue; null if unknown. */
async function findWorkers(
  tier: Tier,
  { settings: { dir }, log }: CommandContext,
): Promise<number | null> {
  if (tier.name === 'embedded') return countEmbeddedWorkers(dir, tier.is_owner);
  try {
    return (await readQueueStatus(tier)).workers;
  } catch (error) {
    log.debug({ err: error }, 'could not look for workers');
    return null;
  }
}
