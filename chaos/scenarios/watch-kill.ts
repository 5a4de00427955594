import { quietPlan, type Scenario } from '../round/plan.js';

export const watchKill: Scenario = {
  name: 'watch-kill',
  about: 'kill -9 of `runfold watch` while log files grow, shrink and are copied',
  plan(random) {
    return quietPlan(random, {
      queue: random.pick(['redis', 'postgres']),
      watch: { kills: random.whole(3, 7), pause_ms: random.pick([100, 600, 1_500]) },
    });
  },
};
