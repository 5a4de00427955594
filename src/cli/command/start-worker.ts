import type { WrittenBatch } from '../../append/written-batch.js';
import type { Tier } from '../../tier.js';
import { openWorker, type RunningWorker } from '../../worker/open-worker.js';
import type { CommandContext } from './command.js';

/** Opens a worker on a tier with the settings of a command. */
export function startWorker(
  { log, settings }: CommandContext,
  { database, queue }: Tier,
  on_batch: ((batch: WrittenBatch) => void) | undefined,
): Promise<RunningWorker> {
  return openWorker({
    database,
    queue,
    log,
    span_wait_seconds: settings.otlp_wait_seconds,
    span_keep_days: settings.otlp_keep_days,
    alerts: settings.alerts,
    on_batch,
  });
}
