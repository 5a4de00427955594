import { fault, quietPlan, type Scenario } from '../round/plan.js';

export const redisFailover: Scenario = {
  name: 'redis-failover',
  about: 'kill -9 of masters of a Redis Cluster whose replicas are seconds behind',
  plan(random) {
    const behind = () => fault(random, 'fail_over', { amount: random.whole(500, 3_000) });
    return quietPlan(random, {
      redis_group: 'cluster',
      queues: random.pick([1, 4, 16]),
      faults: Array.from({ length: random.whole(1, 2) }, behind),
    });
  },
};
