import { fault, quietPlan, type Scenario, workload } from '../round/plan.js';

export const poison: Scenario = {
  name: 'poison',
  about: 'jobs and events that cannot be taken, among good ones',
  plan(random) {
    return quietPlan(random, {
      queue: random.pick(['redis', 'postgres']),
      workload: workload(random, { poison: random.whole(10, 40) }),
      faults: random.chance(0.5) ? [fault(random, 'restart_worker', { ms: 200 })] : [],
    });
  },
};
