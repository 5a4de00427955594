import { fault, quietPlan, type Scenario } from '../round/plan.js';

export const queuesChange: Scenario = {
  name: 'queues-change',
  about: 'the number of queues changes again and again, while workers come and go',
  plan(random) {
    const changes = Array.from({ length: random.whole(2, 5) }, () =>
      fault(random, 'change_queues', { target: random.whole(0, 7) }),
    );
    return quietPlan(random, {
      queues: random.whole(1, 8),
      faults: [...changes, fault(random, 'restart_worker'), fault(random, 'kill_worker')],
    });
  },
};
