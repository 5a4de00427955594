import { shareOf } from '#runfold/queue/spread/queue-names.js';
import { silentMs } from '#runfold/queue/spread/queue-settings.js';

/** How often workers die and are replaced. */
export interface Churn {
  readonly queues: number;
  readonly workers: number;
  /** Mean seconds until a worker dies, and until it is replaced. */
  readonly lives_s: number;
  readonly away_s: number;
  readonly seconds: number;
}

/** The result of a simulation. */
export interface ChurnOutcome {
  readonly deaths: number;
  /** The share of time in which a queue had no reader, over all queues. */
  readonly unread: number;
  /** The longest time without a reader, in seconds. */
  readonly longest_s: number;
  /** The mean number of readers of a queue. */
  readonly readers: number;
  /** The number of queues that changed their worker, per death. */
  readonly moves: number;
}

const beatS = 2;
const stepS = 0.25;

/**
 * Simulates it in steps: workers report every two seconds that they are alive, and read by the rank
 * that they know.
 */
export function playChurn({ queues, workers, lives_s, away_s, seconds }: Churn): ChurnOutcome {
  const random = randomOf(7);
  const exponential = (mean: number) => -mean * Math.log(1 - random());
  const slots = Array.from({ length: workers }, (_, at) => ({
    name: at,
    alive: true,
    changesAt: exponential(lives_s),
    beatAt: random() * beatS,
    reads: [] as readonly number[],
  }));
  const beats = new Map(slots.map(({ name }) => [name, 0]));
  let names = workers;
  const unreadFor = new Array<number>(queues).fill(0);
  let [deaths, unread, longest, readers, moves, steps] = [0, 0, 0, 0, 0, 0];
  for (let now = 0; now < seconds; now += stepS) {
    for (const slot of slots) {
      if (now >= slot.changesAt) {
        slot.alive = !slot.alive;
        slot.changesAt = now + exponential(slot.alive ? lives_s : away_s);
        if (!slot.alive) deaths += 1;
        if (!slot.alive) slot.reads = [];
        if (slot.alive) slot.name = names++;
        slot.beatAt = now;
      }
      if (!slot.alive || now < slot.beatAt) continue;
      slot.beatAt = now + beatS;
      beats.set(slot.name, now);
      const live = [...beats]
        .filter(([, at]) => at >= now - silentMs / 1000)
        .map(([name]) => name)
        .sort((a, b) => order(a) - order(b));
      const reads = shareOf(live.indexOf(slot.name), live.length, queues);
      moves += reads.filter((queue) => !slot.reads.includes(queue)).length;
      slot.reads = reads;
    }
    // The first heartbeats are the start and do not count.
    if (now < 2 * beatS) {
      moves = 0;
      continue;
    }
    steps += 1;
    const counts = new Array<number>(queues).fill(0);
    for (const { reads } of slots)
      for (const queue of reads) counts[queue] = (counts[queue] ?? 0) + 1;
    for (const [queue, count] of counts.entries()) {
      readers += count / queues;
      unreadFor[queue] = count === 0 ? (unreadFor[queue] ?? 0) + stepS : 0;
      if (count === 0) unread += 1 / queues;
      longest = Math.max(longest, unreadFor[queue] ?? 0);
    }
  }
  return {
    deaths,
    unread: unread / steps,
    longest_s: longest,
    readers: readers / steps,
    moves: deaths === 0 ? 0 : moves / deaths,
  };
}

/** Names are random: a new worker may have any rank. */
const order = (name: number) => (name * 2_654_435_761) % 4_294_967_296;

/** Mulberry32: the same numbers each time. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
