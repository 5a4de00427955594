import { parseEvent } from '#runfold/events/check/parse-event.js';
import type { MetricEvent } from '#runfold/events/metric-event.js';
import type { WorkloadShape } from './plan.js';
import { poisonJob, type RawJob } from './poison.js';
import type { Random } from './random.js';

/** One item that a producer sends: an event, or a job that bypasses the producer's checks. */
export type Sending =
  | { readonly kind: 'event'; readonly event: MetricEvent }
  | { readonly kind: 'job'; readonly job: RawJob };

/** Everything that one producer sends, in order. */
export interface Consignment {
  readonly project: number;
  readonly events_per_job: number;
  readonly sendings: readonly Sending[];
}

const day = 86_400_000;

/**
 * The sendings of three producers. The first two share project 1. The third sends to project 2 with
 * the first one's sessions, runs and ids. Run ids and event ids repeat across sessions.
 */
export function consignments(random: Random, shape: WorkloadShape): Consignment[] {
  const started = Date.UTC(2026, 0, 5, 12);
  return [0, 1, 2].map((number) => {
    const name = number === 1 ? 'b' : 'a';
    const events = makeEvents(random, shape, name, started);
    const again = events.filter(() => random.chance(shape.duplicates));
    const inOrder = placed(random, shape, [
      ...events.map((event, at) => ({ event, at })),
      // The second sending is a while after the first.
      ...again.map((event) => ({ event, at: events.indexOf(event) + random.whole(0, 400) })),
    ]);
    const sendings: Sending[] = inOrder.map((event) => ({ kind: 'event', event }));
    for (let at = 0; at < shape.poison; at++) {
      const job = poisonJob(random, `poison-${number}-${at}`, project(number), name);
      sendings.splice(random.whole(0, sendings.length), 0, { kind: 'job', job });
    }
    return { project: project(number), events_per_job: random.pick([1, 10, 40, 200]), sendings };
  });
}

const project = (producer: number) => (producer === 2 ? 2 : 1);

function placed(
  random: Random,
  { order }: WorkloadShape,
  list: readonly { readonly event: MetricEvent; readonly at: number }[],
): MetricEvent[] {
  if (order === 'shuffled') return random.shuffled(list).map(({ event }) => event);
  const late = (at: number) => (order === 'very_late' && random.chance(0.1) ? at + 1e6 : at);
  return list
    .map(({ event, at }) => ({ event, at: late(at) }))
    .sort((a, b) => a.at - b.at)
    .map(({ event }) => event);
}

/** The event that corrections correct, if there are any. */
const corrected = 'event-0-';

function makeEvents(random: Random, shape: WorkloadShape, name: string, started: number) {
  const sessions = random.whole(3, 60);
  let clock = started;
  return Array.from({ length: shape.events }, (_, at) => {
    clock += random.whole(0, 2_000);
    if (shape.clock_steps && random.chance(0.02)) {
      clock = started + random.whole(-2_000, 200) * random.pick([day, 3_600_000, 1_000]);
    }
    const session = random.whole(0, sessions - 1);
    const envelope = {
      // The same id in two sessions is two events.
      id: `event-${Math.floor(at / 2)}-${at % 2 === 0 ? '' : name}`,
      // Half of the events are in sessions that two producers share.
      session_id: `session-${at % 2 === 0 ? name : 'shared'}-${session}`,
      run_id: `run-${random.whole(0, 3)}`,
      user_id: `user-${random.whole(0, 9)}`,
      agent_id: `agent-${random.whole(0, 4)}`,
      occurred_at: new Date(clock).toISOString(),
      ...(random.chance(0.5) ? { sequence: random.whole(0, 9) } : {}),
      ...(random.chance(0.3) ? { labels: labelsOf(random) } : {}),
    };
    // An event does not correct itself.
    const corrections = shape.corrections && envelope.id !== corrected;
    const parsed = parseEvent({ ...envelope, ...measured(random, corrections) });
    if (!parsed.ok) throw new Error(`Expected a valid event, got ${JSON.stringify(parsed.faults)}`);
    return parsed.event;
  });
}

/** One or two labels with few values, so that many events share them. */
function labelsOf(random: Random): Record<string, string> {
  const customer = { customer: `customer-${random.whole(0, 4)}` };
  return random.chance(0.5) ? customer : { ...customer, release: `1.${random.whole(0, 2)}` };
}

/** Figures that reveal an error of a single unit when they are read back. */
function measured(random: Random, corrections: boolean): Record<string, unknown> {
  const sign = corrections && random.chance(0.05) ? random.pick([1, -1]) : undefined;
  const corrects = sign === undefined ? {} : { corrects: corrected };
  const figure = (most: number, digits = 0) =>
    ((sign ?? 1) * random.whole(0, most * 10 ** digits)) / 10 ** digits;
  const kind = random.share();
  if (kind < 0.6) {
    return {
      ...corrects,
      type: 'message',
      role: random.pick(['assistant', 'assistant', 'assistant', 'user', 'tool']),
      model: `unlisted-model-${random.whole(0, 3)}`,
      provider: 'nobody',
      metrics: {
        input_tokens: figure(9_000),
        output_tokens: figure(900),
        total_tokens: figure(9_900),
        ...(random.chance(0.3) ? { cached_tokens: figure(500) } : {}),
        ...(random.chance(0.3) ? { reasoning_tokens: figure(500) } : {}),
        time: figure(9, 6),
        ...(sign === undefined ? { time_to_first_token: figure(1, 6) } : {}),
        cost: figure(1, 9),
      },
    };
  }
  if (kind < 0.9) {
    return {
      ...corrects,
      type: 'tool_call',
      tool_name: `tool-${random.whole(0, 5)}`,
      error: random.chance(0.1),
      metrics: { time: figure(3, 6) },
    };
  }
  return {
    type: 'run',
    status: random.pick(['completed', 'completed', 'error', 'cancelled', 'paused']),
    metrics: { time: random.whole(0, 60_000_000) / 1e6 },
  };
}
