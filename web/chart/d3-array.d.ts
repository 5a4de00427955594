declare module 'd3-array' {
  /** The start and the stop, extended to round values. */
  export function nice(start: number, stop: number, count: number): [number, number];
  /** About `count` round values from the start to the stop. */
  export function ticks(start: number, stop: number, count: number): number[];
}
