import { roundText } from '../figure/figures.js';
import { tickLabel } from '../figure/moments.js';
import type { Scale } from './scale.js';

/** The space for a label of the time axis. */
const labelWidth = 72;

/** Lines at round values, and the starts of some buckets, in the service's calendar. */
export function ChartAxes({
  y,
  x,
  band,
  width,
  height,
  left,
  right,
  buckets,
  bucket,
  format,
}: {
  readonly y: Scale;
  readonly x: (index: number) => number;
  readonly band: number;
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly buckets: readonly { readonly local: string }[];
  readonly bucket: string;
  readonly format: (value: number | null) => string;
}) {
  const textOf = (tick: number) => (tick === 0 ? '0' : roundText(format(tick)));
  // Half a call is written as one call, which comes next.
  const ticks = (height < 160 ? [0, y.most] : y.ticks(3)).filter(
    (tick, index, all) => textOf(tick) !== textOf(all[index + 1] ?? Number.NaN),
  );
  const every = Math.max(1, Math.ceil(labelWidth / band));
  return (
    <>
      {ticks.map((tick) => (
        <g key={tick}>
          <line
            class={tick === 0 ? 'axis' : 'grid'}
            x1={left}
            x2={right}
            y1={y(tick)}
            y2={y(tick)}
          />
          <text class="tick end" x={left - 8} y={y(tick) + 4}>
            {textOf(tick)}
          </text>
        </g>
      ))}
      {buckets.map(({ local }, index) =>
        index % every === 0 && x(index) + 30 < width ? (
          <text
            key={`${local} ${index}`}
            class="tick middle"
            x={Math.max(left + 8, x(index) + Math.min(band / 2, 40))}
            y={height - 6}
          >
            {tickLabel(local, bucket)}
          </text>
        ) : null,
      )}
    </>
  );
}
