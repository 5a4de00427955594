import type { LogPlace } from '../../logs/files/find-logs.js';
import { openCounts } from '../../logs/log-summary.js';
import { watchLogs } from '../../logs/watch-logs.js';
import type { Tier } from '../../tier.js';
import type { CommandContext } from '../command/command.js';
import { openLogStoreOn } from './log-store.js';

/** Follows logs beside a worker on an open tier, until the signal. Without places it does nothing. */
export async function followLogs(
  context: CommandContext,
  tier: Tier,
  { places, signal }: { readonly places: readonly LogPlace[]; readonly signal: AbortSignal },
): Promise<void> {
  if (places.length === 0) return;
  const { log } = context;
  const store = await openLogStoreOn(tier, context, signal);
  const counts = openCounts();
  let messages = 0;
  try {
    await watchLogs({
      places,
      store,
      counts,
      signal,
      onFault: (file, line, fault) => log.warn({ file, line, fault }, 'a log could not be read'),
      onOutage: (error, delay_ms) =>
        log.warn({ err: error, delay_ms }, 'the store is unavailable; reading of logs waits'),
      onLook() {
        if (counts.messages === messages) return;
        log.info({ messages: counts.messages - messages }, 'read logs');
        messages = counts.messages;
      },
    });
  } finally {
    await store.close();
  }
}
