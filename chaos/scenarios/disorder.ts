import { fault, quietPlan, type Scenario, workload } from '../round/plan.js';

export const disorder: Scenario = {
  name: 'disorder',
  about: 'events shuffled, or some of them very late',
  plan(random) {
    return quietPlan(random, {
      queue: random.pick(['redis', 'postgres']),
      workload: workload(random, { order: random.pick(['shuffled', 'very_late']) }),
      faults: random.chance(0.5) ? [fault(random, 'rebuild')] : [],
    });
  },
};
