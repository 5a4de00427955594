import { nice, ticks } from 'd3-array';

/** Where a value lies, from 0 to the most there is. */
export interface Scale {
  (value: number): number;
  /** The end of the scale. */
  readonly most: number;
  /** About so many round values. */
  ticks(count: number): readonly number[];
}

/** A scale from 0 to `most` between two places; it ends at a round value where that many ticks are given. */
export function scaleOf(most: number, from: number, to: number, rounded?: number): Scale {
  const [, end] = rounded === undefined ? [0, most] : nice(0, most, rounded);
  const scale = (value: number) => from + (value / end) * (to - from);
  return Object.assign(scale, { most: end, ticks: (count: number) => ticks(0, end, count) });
}
