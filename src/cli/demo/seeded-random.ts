/** Pseudo-random numbers that are the same for the same seed. */
export interface SeededRandom {
  /** From 0 up to, not including, 1. */
  next(): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  /** An integer between two numbers, both included. */
  whole(low: number, high: number): number;
  /** A positive number around a median, most within a factor of two, some far above. */
  around(median: number, spread?: number): number;
  pick<T>(items: readonly [T, ...T[]]): T;
}

/** Mulberry32: a few lines, good enough for a demonstration. */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    next,
    chance: (probability) => next() < probability,
    whole: (low, high) => low + Math.floor(next() * (high - low + 1)),
    around(median, spread = 0.4) {
      // Box–Muller; the logarithm of latencies and lengths is roughly normal.
      const normal = Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
      return median * Math.exp(spread * normal);
    },
    pick: (items) => items[Math.floor(next() * items.length)] ?? items[0],
  };
}
