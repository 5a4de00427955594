import { nice, ticks } from 'd3-array';

/** Maps a value from 0 to the maximum to a position. */
export interface Scale {
  (value: number): number;
  /** The end of the scale. */
  readonly most: number;
  /** About `count` round values. */
  ticks(count: number): readonly number[];
}

/**
 * A scale from 0 to `most` between two positions. With `rounded`, it ends at a round value for that
 * many ticks.
 */
export function scaleOf(most: number, from: number, to: number, rounded?: number): Scale {
  const [, end] = rounded === undefined ? [0, most] : nice(0, most, rounded);
  const scale = (value: number) => from + (value / end) * (to - from);
  return Object.assign(scale, { most: end, ticks: (count: number) => ticks(0, end, count) });
}
