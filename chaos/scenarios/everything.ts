import { type FaultKind, fault, quietPlan, type Scenario, workload } from '../round/plan.js';

export const everything: Scenario = {
  name: 'everything',
  about: 'a mixture of all of these, with rebuilds',
  plan(random) {
    const kinds = random
      .shuffled([
        'kill_worker',
        'restart_worker',
        'kill_producer',
        'kill_redis',
        'restart_redis',
        'cut_redis',
        'drop_redis',
        'slow_redis',
        'kill_postgres',
        'restart_postgres',
        'cut_postgres',
        'drop_postgres',
        'slow_postgres',
        'stop_worker',
      ] as const)
      .slice(0, 5);
    const chosen = (kind: FaultKind) =>
      fault(random, kind, {
        amount: kind.startsWith('slow') ? random.whole(5, 60) : 0,
        ms: kind === 'stop_worker' ? random.whole(11_000, 14_000) : random.whole(300, 2_000),
      });
    return quietPlan(random, {
      workers: 3,
      workload: workload(random, {
        duplicates: random.share(),
        order: random.pick(['kept', 'shuffled', 'very_late']),
        clock_steps: random.chance(0.5),
        poison: random.whole(0, 20),
      }),
      faults: [...kinds.map(chosen), fault(random, 'rebuild'), fault(random, 'rebuild')],
    });
  },
};
