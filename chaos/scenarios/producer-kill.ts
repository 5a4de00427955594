import { fault, quietPlan, type Scenario } from '../round/plan.js';

export const producerKill: Scenario = {
  name: 'producer-kill',
  about: 'kill -9 of producers; the next one sends the rest again, or leaves it',
  plan(random) {
    return quietPlan(random, {
      queue: random.pick(['redis', 'redis', 'postgres']),
      faults: Array.from({ length: random.whole(2, 5) }, () =>
        fault(random, 'kill_producer', { ms: random.whole(0, 300) }),
      ),
    });
  },
};
