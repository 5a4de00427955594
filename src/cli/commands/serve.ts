import type { Command } from 'commander';
import { findEmbeddedStore } from '../../embedded/embedded-store.js';
import { openQueue } from '../../queue/open-queue.js';
import { checkMigrated } from '../../store/migrate.js';
import type { Tier } from '../../tier.js';
import { type CommandContext, createCommand, openContext } from '../command/command.js';
import { catchSignals } from '../command/signals.js';
import { withTier } from '../command/with-tier.js';
import { addHttpOptions, type HttpFlags, planHttp, startHttp } from '../options/http-options.js';

/** `runfold serve` */
export function serveCommand(): Command {
  const command = createCommand({
    name: 'serve',
    details:
      'It folds nothing: run "runfold worker" beside it, or "runfold up", which does both. Without ' +
      'keys it listens on a loopback address only. SIGTERM or SIGINT ends it in good order: it ' +
      'answers the requests at work and hands what it has taken to the queue.',
    examples: [
      'DATABASE_URL=postgres://… REDIS_URL=redis://… runfold serve',
      'runfold serve --http-host 0.0.0.0 --http-port 8580',
    ],
  });
  return addHttpOptions(command).action(async (flags: HttpFlags, self: Command) => {
    const context = openContext(self, 'service');
    const plan = planHttp(context, flags);
    const signals = catchSignals(context);
    try {
      await withTier(context, 'runfold serve', async (tier) => {
        await checkMigrated(tier.database);
        const http = await startHttp(context, tier, plan);
        const { terminal } = context;
        const { bold, cyan, dim } = terminal.colors;
        terminal.line(
          `${bold('Runfold serves')} ${cyan(http.url)}${dim(`  reference: ${http.url}/docs`)}`,
        );
        const worker = await findWorker(tier, context);
        if (worker === 'none') {
          terminal.note('No worker runs: events wait on the queue. Start "runfold worker".');
        }
        const died = await Promise.race([signals.received, tier.exited]);
        await http.close(died instanceof Error ? { timeout_ms: 0 } : {});
        if (died instanceof Error) throw died;
      });
    } finally {
      signals.release();
    }
  });
}

/** Whether a worker folds what is put on the queue, as far as can be told. */
async function findWorker(
  tier: Tier,
  { settings: { dir }, log }: CommandContext,
): Promise<'some' | 'none' | 'unknown'> {
  if (tier.name === 'embedded') {
    if (tier.is_owner) return 'none';
    const owner = await findEmbeddedStore(dir);
    return owner !== undefined && /^runfold (up|worker)$/.test(owner.role) ? 'some' : 'unknown';
  }
  const queue = await openQueue(tier.queue, { onError: () => undefined });
  try {
    return (await queue.getWorkersCount()) > 0 ? 'some' : 'none';
  } catch (error) {
    log.debug({ err: error }, 'could not look for workers');
    return 'unknown';
  } finally {
    await queue.close();
  }
}
