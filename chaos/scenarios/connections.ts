import { fault, quietPlan, type Scenario } from '../round/plan.js';

export const connections: Scenario = {
  name: 'connections',
  about: 'connections cut, dropped and slowed, to Redis and to Postgres',
  plan(random) {
    const kinds = random.shuffled([
      'cut_redis',
      'drop_redis',
      'slow_redis',
      'cut_postgres',
      'drop_postgres',
      'slow_postgres',
    ] as const);
    const amount = () => random.whole(5, 60);
    return quietPlan(random, {
      faults: kinds.slice(0, 4).map((kind) => fault(random, kind, { amount: amount() })),
    });
  },
};
