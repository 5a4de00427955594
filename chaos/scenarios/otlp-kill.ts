import { fault, quietPlan, type Scenario } from '../round/plan.js';

export const otlpKill: Scenario = {
  name: 'otlp-kill',
  about: 'spans of OpenTelemetry, and kill -9 of workers between any two steps of the inbox',
  plan(random) {
    const queue = random.pick(['redis', 'redis', 'postgres'] as const);
    const kills = Array.from({ length: random.whole(3, 6) }, () => fault(random, 'kill_worker'));
    // Each statement of a transaction takes a while, so that kills happen between them.
    const slow = fault(random, 'slow_postgres', { at: 0, ms: 8_000, amount: random.whole(5, 40) });
    return quietPlan(random, {
      queue,
      workers: 3,
      resend: true,
      faults: [slow, ...kills],
      spans: {
        traces: random.whole(60, 140),
        late: random.pick([0, 0.05, 0.2]),
        // With two seconds, waits run out during the round; the others end after the last span.
        wait_seconds: random.pick([2, 2, 600]),
      },
    });
  },
};
