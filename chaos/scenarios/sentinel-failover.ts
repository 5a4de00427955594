import { fault, quietPlan, type Scenario } from '../round/plan.js';

export const sentinelFailover: Scenario = {
  name: 'sentinel-failover',
  about: 'kill -9 of the master behind Redis Sentinel, its replica in step or behind',
  plan(random) {
    const amount = () => random.pick([0, random.whole(500, 3_000)]);
    return quietPlan(random, {
      redis_group: 'sentinel',
      faults: Array.from({ length: random.whole(1, 2) }, () =>
        fault(random, 'fail_over', { amount: amount() }),
      ),
    });
  },
};
