import type { MetricEventInput } from '../../events/metric-event.js';
import { analyst, checker, coder, type DemoAgent, lead, scout, support, writer } from './cast.js';
import { playRun } from './demo-run.js';
import { type SeededRandom, seededRandom } from './seeded-random.js';

/** The events of the demo. */
export interface Workload {
  /** In the order of delivery: some are late, some are sent twice. */
  readonly deliveries: readonly MetricEventInput[];
  /** How many different events there are. */
  readonly events: number;
  /** Deliveries that repeat an event. */
  readonly repeats: number;
  /** Events that arrive after one that happened later. */
  readonly late: number;
  /** A team's run that is shown in full; undefined if no run of so few events fits. */
  readonly showcase: { readonly run_id: string; readonly session_id: string } | undefined;
}

/** A kind of conversation, and its share in percent. */
interface Kind {
  readonly share: number;
  readonly name: string;
  readonly agent: DemoAgent;
  readonly runs: readonly [number, number];
  readonly members?: readonly DemoAgent[];
}

const kinds: readonly [Kind, ...Kind[]] = [
  { share: 45, name: 'support', agent: support, runs: [1, 6] },
  { share: 20, name: 'coding', agent: coder, runs: [2, 8] },
  { share: 20, name: 'report', agent: analyst, runs: [1, 5] },
  { share: 15, name: 'research', agent: lead, runs: [1, 3], members: [scout, checker, writer] },
];

const dayMs = 86_400_000;
const userCount = 80;
/** The customers, each with the number of its last user. */
const customers = [
  ['acme', 32],
  ['globex', 52],
  ['initech', 66],
  ['umbrella', 76],
  ['hooli', userCount],
] as const;
/** Days from one release of the agents to the next. */
const releaseDays = 14;

/**
 * Makes about this number of events, on the days until now, with fewer on weekends. The same seed gives the
 * same figures.
 */
export function createWorkload(events: number, seed: number, now: number, days = 1): Workload {
  const random = seededRandom(seed);
  const played: MetricEventInput[] = [];
  let showcase: Workload['showcase'];
  for (let number = 1; played.length < events; number++) {
    const kind = pickKind(random);
    const session_id = `${kind.name}-${String(number).padStart(4, '0')}`;
    const user = random.whole(1, userCount);
    const user_id = `user-${user}`;
    // Most of the day's work ends an hour before the end of the day, so that no event is in the future.
    let start = days === 1 ? now - dayMs : now - dayMs - dayBack(days, now, random) * dayMs;
    start = Math.round(start + random.next() * 0.95 * dayMs);
    let context = 0;
    const labels = {
      customer: customers.find(([, last]) => user <= last)?.[0] ?? '',
      feature: kind.name,
      release: `1.${Math.floor(start / dayMs / releaseDays) % 100}`,
    };
    const runs = random.whole(...kind.runs);
    for (let run = 1; run <= runs; run++) {
      const run_id = `${session_id}-${run}`;
      const { agent, members } = kind;
      const team = members === undefined ? {} : { team_id: 'research', members };
      const result = playRun(
        { run_id, session_id, user_id, agent, start, context, labels, ...team },
        random,
      );
      played.push(...result.events);
      if (members !== undefined && isTelling(result.events)) showcase = { run_id, session_id };
      context = Math.min(result.context, 60_000);
      start = Math.round(result.end + random.around(45_000));
    }
  }
  return { ...deliver(played, random), events: played.length, showcase };
}

/** How many days ago a conversation took place: more of them recently, few on weekends. */
function dayBack(days: number, now: number, random: SeededRandom): number {
  for (;;) {
    const back = Math.floor(random.next() ** 1.2 * days);
    const weekday = new Date(now - back * dayMs).getUTCDay();
    if ((weekday !== 0 && weekday !== 6) || random.chance(0.3)) return back;
  }
}

/** The showcase is a completed run in which a tool failed, and which is short enough for a screen. */
function isTelling(events: readonly MetricEventInput[]): boolean {
  const end = events.find((event) => event.type === 'run' && event.parent_run_id === undefined);
  const own = events.filter((event) => event.parent_run_id === undefined);
  const failed = own.some((event) => event.type === 'tool_call' && event.error !== undefined);
  const fits = own.length >= 9 && own.length <= 13;
  return fits && end?.type === 'run' && end.status === 'completed' && failed;
}

/** Orders events by time, then delays one in ten, and sends one in twenty a second time, later. */
function deliver(played: readonly MetricEventInput[], random: SeededRandom) {
  const timeOf = (event: MetricEventInput) => Date.parse(String(event.occurred_at));
  const ordered = played.toSorted((a, b) => timeOf(a) - timeOf(b));
  const placed = ordered.map((event, at) => ({
    event,
    at: random.chance(0.1) ? at + random.whole(20, 1_500) : at,
  }));
  const late = placed.filter(({ at }, index) => at !== index).length;
  const again = placed
    .filter(() => random.chance(0.05))
    .map(({ event, at }) => ({ event, at: at + random.whole(1, 4_000) }));
  const deliveries = [...placed, ...again].sort((a, b) => a.at - b.at).map(({ event }) => event);
  return { deliveries, repeats: again.length, late };
}

function pickKind(random: SeededRandom): Kind {
  let left = random.next() * 100;
  for (const kind of kinds) {
    left -= kind.share;
    if (left < 0) return kind;
  }
  return kinds[0];
}
