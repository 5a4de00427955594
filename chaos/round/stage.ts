import type { QueueTarget } from '#runfold/queue/queue-target.js';
import type { RedisGroup } from '../../harness/redis-group.js';
import type { ProducerSlot } from '../actors/producer-slot.js';
import type { WorkerSlot } from '../actors/worker-slot.js';
import type { Stack } from '../servers/stack.js';
import type { RoundPlan } from './plan.js';

/** What a fault can reach. */
export interface Stage {
  readonly stack: Stack;
  readonly plan: RoundPlan;
  /** The Redis processes of the round, where it has its own. */
  readonly group: RedisGroup | undefined;
  /** The queue, without a proxy. */
  readonly queue: QueueTarget;
  readonly workers: readonly WorkerSlot[];
  readonly producers: readonly ProducerSlot[];
  /** Where processes of the round find the servers. */
  readonly env: Readonly<Record<string, string>>;
  /** Bytes of Redis's append-only file so many milliseconds ago, where they are kept. */
  appendOnlyBytesAgo(ms: number): number | undefined;
  /** Aborted when the harness is told to end. */
  readonly signal: AbortSignal;
  /** Waits so many milliseconds; breaks off when the harness is told to end. */
  pause(ms: number): Promise<void>;
  /** Notes what went against the promise. */
  violate(text: string): void;
}
