import { area, line } from 'd3-shape';

const width = 136;
const height = 26;

/** A small line of values. It shows nothing that the figure beside it does not say. */
export function Spark({ values }: { readonly values: readonly (number | null)[] }) {
  const most = Math.max(0, ...values.map((value) => value ?? 0));
  const points = values.map((value, index) => ({ value, index }));
  const x = ({ index }: { index: number }) =>
    values.length < 2 ? 0 : (index / (values.length - 1)) * width;
  const y = ({ value }: { value: number | null }) =>
    height - 1 - (most === 0 ? 0 : ((value ?? 0) / most) * (height - 3));
  const isKnown = ({ value }: { value: number | null }) => value !== null;
  const fill = area<(typeof points)[number]>().defined(isKnown).x(x).y1(y).y0(height).digits(1);
  const stroke = line<(typeof points)[number]>().defined(isKnown).x(x).y(y).digits(1);
  return (
    <svg
      class="spark"
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <path class="spark-area" d={fill(points) ?? ''} />
      <path class="spark-line" d={stroke(points) ?? ''} />
    </svg>
  );
}
