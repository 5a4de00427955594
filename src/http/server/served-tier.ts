import type { DatabaseTarget } from '../../postgres/database.js';
import type { QueueTarget } from '../../queue/queue-target.js';
import type { TierName } from '../../tier.js';

/** The tier of a store and a queue. A store whose address is not a URL is an embedded store. */
export function tierOf({
  target,
  queue,
}: {
  readonly target: DatabaseTarget;
  readonly queue: QueueTarget;
}): TierName {
  if (queue.kind === 'redis') return 'redis+postgres';
  return typeof target === 'string' ? 'postgres' : 'embedded';
}
