import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { atLeast } from '../figure/figures.js';
import { bucketLabel } from '../figure/moments.js';
import { later } from '../part/later.js';
import { ChartAxes } from './chart-axes.js';
import { barPaths, linePath, stepPath } from './chart-paths.js';
import { scaleOf } from './scale.js';
import { useStretch } from './stretch.js';

const ChartTip = later(async () => (await import('./chart-tip.js')).ChartTip);

/** A bucket of the axis: its start as an instant, and in the zone's local time. */
export interface ChartBucket {
  readonly start: string;
  readonly local: string;
}

/** A part of each bucket, or a line over them. */
export interface ChartSeries {
  readonly name: string;
  readonly colour: string;
  readonly values: readonly (number | null)[];
  /** The buckets in which something is missing from the value. */
  readonly least?: ReadonlySet<number>;
  /** Dashes for lines of less importance. */
  readonly dash?: 'dotted' | 'dashed';
}

export interface TimeChartOptions {
  readonly label: string;
  readonly buckets: readonly ChartBucket[];
  readonly bucket: string;
  readonly series: readonly ChartSeries[];
  readonly kind: 'bars' | 'lines';
  readonly format: (value: number | null) => string;
  /** The format of the axis. Defaults to `format`. */
  readonly brief?: ((value: number | null) => string) | undefined;
  /** The buckets in which something is missing from the sum. Defaults to those of the series. */
  readonly least?: ReadonlySet<number>;
  /** The previous period, bucket by bucket. */
  readonly before?: readonly (number | null)[] | undefined;
  /** Whether the last bucket is not complete yet. */
  readonly isOpen?: boolean;
  readonly height?: number;
  /** The highlighted series; the others are dimmed. */
  readonly lit?: string | undefined;
  /** Called with the first and last bucket of a selection. */
  readonly onZoom?: (first: number, last: number) => void;
}

const gap = { top: 14, right: 4, bottom: 24, left: 62 };

/** Stacked bars, or lines, over time. A drag, or shift with arrows, narrows the range. */
export function TimeChart(options: TimeChartOptions) {
  const {
    label,
    buckets,
    bucket,
    series,
    kind,
    format,
    before,
    isOpen = false,
    height = 260,
  } = options;
  const { lit, onZoom } = options;
  const hatch = useId();
  const frame = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(600);
  // Before the first paint, so that nothing is drawn at a width that is not its own.
  useLayoutEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    const measure = () => setWidth(Math.max(160, Math.round(element.clientWidth)));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const count = Math.max(1, buckets.length);
  const inner = width - gap.left - gap.right;
  const band = inner / count;
  const totals = buckets.map((_, index) => totalAt(series, index));
  const tops = kind === 'bars' ? totals : series.flatMap(({ values }) => [...values]);
  const most = Math.max(0, ...tops.map(orZero), ...(before ?? []).slice(0, count).map(orZero));
  const y = scaleOf(most === 0 ? 1 : most, height - gap.bottom, gap.top, 4);
  const x = (index: number) => gap.left + index * band;
  const bars = kind === 'bars' ? barPaths({ series, x, y, band }) : [];
  const { at, stretch, handlers } = useStretch({
    count: buckets.length,
    indexAt: (clientX) =>
      Math.floor((clientX - (frame.current?.getBoundingClientRect().left ?? 0) - gap.left) / band),
    onZoom,
  });

  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for inputs
    <div
      class="chart"
      ref={frame}
      role="group"
      aria-roledescription="chart"
      aria-label={`${label}. Arrow keys read its values${onZoom === undefined ? '' : ', shift with arrows selects a range, enter zooms in'}.`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: arrows read the chart out
      tabIndex={0}
      {...handlers}
    >
      <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
        <defs>
          <pattern
            id={hatch}
            width="5"
            height="5"
            patternUnits="userSpaceOnUse"
            patternTransform="rotate(45)"
          >
            <rect class="hatch" width="2" height="5" />
          </pattern>
        </defs>
        <ChartAxes
          y={y}
          x={x}
          band={band}
          width={width}
          height={height}
          left={gap.left}
          right={width - gap.right}
          buckets={buckets}
          bucket={bucket}
          format={options.brief ?? format}
        />
        {at !== undefined && (
          <rect
            class="cursor"
            x={x(stretch?.[0] ?? at)}
            width={band * ((stretch?.[1] ?? at) - (stretch?.[0] ?? at) + 1)}
            y={gap.top}
            height={height - gap.top - gap.bottom}
          />
        )}
        {bars.map(({ name, colour, path, last }) => (
          <g key={name} class={lit !== undefined && lit !== name ? `${colour} dimmed` : colour}>
            <path class="bar" d={path} />
            {last !== '' && <path class="bar" d={last} />}
            {isOpen && last !== '' && <path fill={`url(#${hatch})`} d={last} />}
          </g>
        ))}
        {kind === 'lines' &&
          series.map(({ name, colour, values, dash }) => (
            <path
              key={name}
              class={`line ${colour} ${dash ?? ''} ${lit !== undefined && lit !== name ? 'dimmed' : ''}`}
              d={linePath(values, (index) => x(index) + band / 2, y)}
            />
          ))}
        {before !== undefined && (
          <path class="before" d={stepPath(before.slice(0, count), x, y, band)} />
        )}
      </svg>
      {at !== undefined && buckets[at] !== undefined && (
        <ChartTip
          title={bucketLabel(buckets[at].local, bucket)}
          note={isOpen && at === buckets.length - 1 ? 'so far' : undefined}
          rows={series.map(({ name, colour, values, least }) => ({
            name,
            colour,
            text: atLeast(format(values[at] ?? null), least?.has(at) ?? false),
          }))}
          total={
            kind === 'bars' && series.length > 1
              ? atLeast(
                  format(totals[at] ?? null),
                  options.least?.has(at) ?? series.some(({ least }) => least?.has(at)),
                )
              : undefined
          }
          before={before === undefined ? undefined : format(before[at] ?? null)}
          x={x(at) + band / 2}
          width={width}
        />
      )}
    </div>
  );
}

const orZero = (value: number | null | undefined) => value ?? 0;

function totalAt(series: readonly ChartSeries[], index: number): number | null {
  const values = series
    .map(({ values: all }) => all[index] ?? null)
    .filter((value) => value !== null);
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0);
}
