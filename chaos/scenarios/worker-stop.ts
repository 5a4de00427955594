import { fault, quietPlan, type Scenario } from '../round/plan.js';

export const workerStop: Scenario = {
  name: 'worker-stop',
  about: 'SIGSTOP of a worker for longer than the lock of its jobs',
  plan(random) {
    return quietPlan(random, {
      queue: random.pick(['redis', 'redis', 'postgres']),
      faults: [fault(random, 'stop_worker', { ms: random.whole(11_000, 16_000) })],
    });
  },
};
