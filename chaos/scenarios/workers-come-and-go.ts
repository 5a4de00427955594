import { fault, quietPlan, type Scenario } from '../round/plan.js';

export const workersComeAndGo: Scenario = {
  name: 'workers-come-and-go',
  about: 'five workers of eight queues are killed, stopped and restarted all the time',
  plan(random) {
    const kinds = ['kill_worker', 'restart_worker', 'stop_worker'] as const;
    const faults = Array.from({ length: random.whole(5, 9) }, () =>
      fault(random, random.pick(kinds), {
        ms: random.whole(500, 9_000),
        target: random.whole(0, 4),
      }),
    );
    return quietPlan(random, { queues: random.pick([2, 8]), workers: 5, faults });
  },
};
