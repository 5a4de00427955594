import { fault, quietPlan, type Scenario } from '../round/plan.js';

export const fullDisk: Scenario = {
  name: 'full-disk',
  about: 'the disk of the log and the totals full for a while',
  needs: 'small_disk',
  plan(random) {
    return quietPlan(random, {
      small_disk: true,
      faults: [
        fault(random, 'fill_disk', {
          at: 0.1 + random.share() * 0.3,
          ms: random.whole(1_500, 3_000),
        }),
      ],
    });
  },
};
