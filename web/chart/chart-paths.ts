import { curveMonotoneX, line } from 'd3-shape';
import type { Scale } from './scale.js';

interface Part {
  readonly name: string;
  readonly colour: string;
  readonly values: readonly (number | null)[];
}

/**
 * A series' bars as one path, so that a chart has about forty elements. The last bar is separate.
 */
export interface BarPath extends Pick<Part, 'name' | 'colour'> {
  readonly path: string;
  readonly last: string;
}

/** Stacks the bars of each series on those of the previous series. */
export function barPaths({
  series,
  x,
  y,
  band,
}: {
  readonly series: readonly Part[];
  readonly x: (index: number) => number;
  readonly y: Scale;
  readonly band: number;
}): readonly BarPath[] {
  const count = Math.max(0, ...series.map(({ values }) => values.length));
  const heights = new Array<number>(count).fill(0);
  const width = Math.max(1, band - (band > 6 ? Math.min(4, band * 0.2) : band > 3 ? 1 : 0));
  const inset = (band - width) / 2;
  return series.map(({ name, colour, values }) => {
    const bars = values.map((value, index) => {
      if (value === null || value <= 0) return '';
      const bottom = y(heights[index] ?? 0);
      heights[index] = (heights[index] ?? 0) + value;
      const top = y(heights[index] ?? 0);
      // A hairline separates it from the one below, if there is room.
      const height = Math.max(0.5, bottom - top - (bottom - top > 2 ? 1 : 0));
      return `M${fixed(x(index) + inset)} ${fixed(top)}h${fixed(width)}v${fixed(height)}h${fixed(-width)}z`;
    });
    return { name, colour, path: bars.slice(0, -1).join(''), last: bars.at(-1) ?? '' };
  });
}

/** A line through the middle of the buckets, with gaps where the value is unknown. */
export function linePath(
  values: readonly (number | null)[],
  x: (index: number) => number,
  y: Scale,
): string {
  const path = line<number | null>()
    .defined((value) => value !== null)
    .x((_, index) => x(index))
    .y((value) => y(value ?? 0))
    .curve(curveMonotoneX)
    .digits(1);
  const text = path([...values]) ?? '';
  // A single point has no line, so it is drawn as a short one.
  const alone = values.flatMap((value, index) =>
    value !== null && values[index - 1] == null && values[index + 1] == null
      ? [`M${fixed(x(index) - 2)} ${fixed(y(value))}h4`]
      : [],
  );
  return text + alone.join('');
}

/** A horizontal line over each bucket. */
export function stepPath(
  values: readonly (number | null)[],
  x: (index: number) => number,
  y: Scale,
  band: number,
): string {
  let isDown = false;
  return values
    .map((value, index) => {
      if (value === null) {
        isDown = false;
        return '';
      }
      const start = isDown ? `V${fixed(y(value))}` : `M${fixed(x(index))} ${fixed(y(value))}`;
      isDown = true;
      return `${start}H${fixed(x(index) + band)}`;
    })
    .join('');
}

const fixed = (value: number) => String(Math.round(value * 10) / 10);
