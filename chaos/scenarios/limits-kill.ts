import { quietPlan, type Scenario } from '../round/plan.js';

export const limitsKill: Scenario = {
  name: 'limits-kill',
  about: 'kill -9 of workers and services while budgets are checked and alerts fire',
  plan(random) {
    return quietPlan(random, {
      queue: random.pick(['redis', 'redis', 'postgres']),
      workers: 3,
      limits: { callers: 50, checks: random.whole(4, 10), kills: random.whole(4, 9) },
    });
  },
};
