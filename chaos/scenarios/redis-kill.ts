import { fault, quietPlan, type Scenario } from '../round/plan.js';

export const redisKill: Scenario = {
  name: 'redis-kill',
  about: 'kill -9 of Redis with appendfsync always',
  plan(random) {
    return quietPlan(random, {
      faults: Array.from({ length: random.whole(1, 3) }, () => fault(random, 'kill_redis')),
    });
  },
};
