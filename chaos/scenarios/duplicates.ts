import { fault, quietPlan, type Scenario, workload } from '../round/plan.js';

export const duplicates: Scenario = {
  name: 'duplicates',
  about: 'every event sent twice, by producers that are killed too',
  plan(random) {
    return quietPlan(random, {
      queue: random.pick(['redis', 'postgres']),
      resend: true,
      workload: workload(random, { duplicates: 1 }),
      faults: random.chance(0.5) ? [fault(random, 'kill_producer', { ms: 100 })] : [],
    });
  },
};
