import { fault, quietPlan, type Scenario } from '../round/plan.js';

export const workerKill: Scenario = {
  name: 'worker-kill',
  about: 'kill -9 of workers, which a supervisor starts again',
  plan(random) {
    const queue = random.pick(['redis', 'redis', 'postgres'] as const);
    const kills = Array.from({ length: random.whole(2, 5) }, () => fault(random, 'kill_worker'));
    // A slow store keeps batches in flight, so that a kill falls between a job's start and its
    // commit.
    const slow = fault(random, 'slow_postgres', { at: 0, ms: 5_000, amount: random.whole(5, 40) });
    return quietPlan(random, { queue, faults: [slow, ...kills] });
  },
};
