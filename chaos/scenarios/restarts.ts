import { fault, quietPlan, type Scenario } from '../round/plan.js';

export const restarts: Scenario = {
  name: 'restarts',
  about: 'workers, Redis and Postgres stopped gracefully and started again',
  plan(random) {
    const kinds = random.shuffled([
      'restart_worker',
      'restart_worker',
      'restart_redis',
      'restart_postgres',
    ] as const);
    return quietPlan(random, { faults: kinds.map((kind) => fault(random, kind)) });
  },
};
