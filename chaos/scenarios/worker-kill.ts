import { fault, quietPlan, type Scenario } from '../plan.js';

export const workerKill: Scenario = {
  name: 'worker-kill',
  about: 'kill -9 of workers, which a supervisor starts again',
  plan(random) {
    return quietPlan(random, {
      queue: random.pick(['redis', 'redis', 'postgres']),
      faults: Array.from({ length: random.whole(1, 3) }, () => fault(random, 'kill_worker')),
    });
  },
};
