import { setTimeout as pause } from 'node:timers/promises';
import { createProducer } from '../../ingest/producer.js';
import { listSessions } from '../../query/totals/sessions.js';
import type { Tier } from '../../tier.js';
import type { RunningWorker } from '../../worker/open-worker.js';
import type { CommandContext } from '../command/command.js';
import { count, plural } from '../output/format.js';
import { openProgress } from '../output/progress.js';
import { createDemoLimits } from './demo-limits.js';
import { createWorkload } from './workload.js';

/** Days of work to show on the page: two periods of 28 days, to compare them. */
const days = 56;
const dayMs = 86_400_000;
const events = 16_000;
/** Events given to the producer at once. */
const handful = 500;

/**
 * Writes weeks of agents' work into a store that is being served, unless it has some already. The
 * events go through producer, queue and worker like all others. Then it creates budgets and alert rules.
 */
export async function fillDemo(
  { terminal }: CommandContext,
  {
    tier,
    worker,
    signal,
  }: { readonly tier: Tier; readonly worker: RunningWorker; readonly signal: AbortSignal },
): Promise<void> {
  if ((await listSessions(tier.database, { limit: 1 })).items.length > 0) return;
  const now = Date.now();
  const { deliveries } = createWorkload(events, 1, now, days);
  const producer = await createProducer({ queue: tier.queue });
  const progress = openProgress(terminal);
  const before = worker.stats().received;
  const report = () => {
    const done = worker.stats().received - before;
    progress.update(
      done,
      deliveries.length,
      `${count(done)} of ${plural(deliveries.length, 'event')} of the demo`,
    );
    return done >= deliveries.length;
  };
  try {
    for (let at = 0; at < deliveries.length && !signal.aborted; at += handful) {
      for (const event of deliveries.slice(at, at + handful)) producer.emit(event);
      // Gives queue and worker a turn of the event loop.
      await pause(0);
      report();
    }
    if (!signal.aborted) await producer.flush();
    while (!report() && !signal.aborted) await pause(20);
    if (!signal.aborted) await createDemoLimits(tier.database, new Date(now - days * dayMs));
  } finally {
    progress.stop();
    await producer.close();
  }
}
