import { randomNumbers } from '../../harness/random-numbers.js';

/** Random choices that depend only on a seed. */
export interface Random {
  /** From 0 to 1. */
  share(): number;
  /** An integer from `least` to `most`. */
  whole(least: number, most: number): number;
  /** Whether it happens, with a probability from 0 to 1. */
  chance(likelihood: number): boolean;
  pick<T>(choices: readonly [T, ...T[]]): T;
  /** The same items in another order. */
  shuffled<T>(things: readonly T[]): T[];
}

export function createRandom(seed: number): Random {
  const share = randomNumbers(seed);
  const whole = (least: number, most: number) => least + Math.floor(share() * (most - least + 1));
  return {
    share,
    whole,
    chance: (likelihood) => share() < likelihood,
    pick: (choices) => choices[whole(0, choices.length - 1)] ?? choices[0],
    shuffled(things) {
      return things
        .map((thing) => ({ thing, place: share() }))
        .sort((a, b) => a.place - b.place)
        .map(({ thing }) => thing);
    },
  };
}
