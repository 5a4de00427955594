import { fault, quietPlan, type Scenario } from '../round/plan.js';

export const redisEverysec: Scenario = {
  name: 'redis-everysec',
  about: 'kill -9 of Redis with appendfsync everysec, and its last second of writes lost',
  plan(random) {
    const lost = () => fault(random, 'kill_redis', { amount: random.whole(200, 1_000) });
    return quietPlan(random, {
      appendfsync: 'everysec',
      faults: Array.from({ length: random.whole(1, 2) }, lost),
    });
  },
};
