import { fault, quietPlan, type Scenario, workload } from '../round/plan.js';

export const clock: Scenario = {
  name: 'clock',
  about: 'the clock that stamps events steps forwards and back by up to years',
  plan(random) {
    return quietPlan(random, {
      workload: workload(random, { clock_steps: true, order: random.pick(['kept', 'shuffled']) }),
      faults: random.chance(0.5) ? [fault(random, 'rebuild')] : [],
    });
  },
};
