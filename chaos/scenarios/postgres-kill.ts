import { fault, quietPlan, type Scenario } from '../round/plan.js';

export const postgresKill: Scenario = {
  name: 'postgres-kill',
  about: 'kill -9 of Postgres and all its backends',
  plan(random) {
    return quietPlan(random, {
      queue: random.pick(['redis', 'redis', 'postgres']),
      faults: Array.from({ length: random.whole(1, 3) }, () => fault(random, 'kill_postgres')),
    });
  },
};
