import type { QueueTarget } from '#runfold/queue/queue-target.js';
import type { RedisGroup } from '../../harness/redis-group.js';
import type { ProducerSlot } from '../actors/producer-slot.js';
import type { WorkerSlot } from '../actors/worker-slot.js';
import type { Stack } from '../servers/stack.js';
import type { RoundPlan } from './plan.js';

/** Everything that a fault can act on. */
export interface Stage {
  readonly stack: Stack;
  readonly plan: RoundPlan;
  /** The round's own Redis processes, if it has any. */
  readonly group: RedisGroup | undefined;
  /** The queue, without a proxy. */
  readonly queue: QueueTarget;
  readonly workers: readonly WorkerSlot[];
  readonly producers: readonly ProducerSlot[];
  /** The environment with which processes of the round find the servers. */
  readonly env: Readonly<Record<string, string>>;
  /**
   * The size of Redis's append-only file a number of milliseconds ago, in bytes, if sizes are
   * recorded.
   */
  appendOnlyBytesAgo(ms: number): number | undefined;
  /** Aborted when the harness is told to end. */
  readonly signal: AbortSignal;
  /** Waits the given milliseconds. Rejects when the harness is told to end. */
  pause(ms: number): Promise<void>;
  /** Records a violation of the promise. */
  violate(text: string): void;
}
