/**
 * Bucket counts of whole numbers on a logarithmic scale, as in DDSketch (Masson, Rim, Lee: "DDSketch:
 * A Fast and Fully-Mergeable Quantile Sketch with Relative-Error Guarantees", VLDB 2019): with γ =
 * (1 + α) / (1 − α), level i holds the values in (γ^(i−1), γ^i], and 2γ^i / (γ + 1) lies within α of
 * each of them. α is 1 %.
 *
 * A histogram is an array of its non-empty levels in order, each `level << 40 | count` in a bigint:
 * adding two is adding the counts of equal levels, so equal contents are equal arrays. One row of
 * the rows-per-level kind costs 110 bytes and an upsert a level; a batch of 4,000 events touches
 * two thousand of those, and sixteen of these.
 */

/** The largest relative error of a quantile. */
export const relativeError = 0.01;
const gamma = { over: 101n, under: 99n };
/** Values from here on share the last level: above all times an event may report, in microseconds. */
const largest = 100_000_000_000_000n;

let edges: string | undefined;

/**
 * The least value of each level from 1 on. Whole numbers, computed exactly: a logarithm in floating
 * point would put a value on an edge here or there as the machine's library rounds, and a rebuild
 * on another machine would then differ from the live fold.
 */
function levelEdges(): string {
  if (edges === undefined) {
    const starts = [1n];
    let [over, under] = [1n, 1n];
    while ((starts.at(-1) ?? 0n) <= largest) {
      starts.push(over / under + 1n);
      over *= gamma.over;
      under *= gamma.under;
    }
    edges = starts.join(',');
  }
  return edges;
}

/** The level of a value: 0 for zero, and for others 1 + the i of DDSketch. */
const levelSql = (value: string) => `width_bucket(${value}, '{${levelEdges()}}'::bigint[])`;

const countBits = 40;
const countMask = 2 ** countBits - 1;

/** The histogram of a bag of `level << 40 | count`, given as an array; null when it is empty. */
const gatheredSql = (bag: string) =>
  // Sorted first: a hash table for a few hundred cells costs more to make and give back than to fill.
  `(select array_agg(h.cell order by h.cell) from (
      select (s.level << ${countBits}) + sum(s.events)::bigint as cell
      from (select c.cell >> ${countBits} as level, c.cell & ${countMask} as events
        from unnest(${bag}) as c(cell) order by 1) s group by s.level) h)`;

/** The aggregate that makes a histogram of a value; `filter` is a `filter (where …)`. */
export const histogramSql = (value: string, filter: string) =>
  gatheredSql(`array_agg((${levelSql(value)}::bigint << ${countBits}) + 1)${filter}`);

/** The aggregate that adds histograms up. Arrays of several lengths have no aggregate; texts have. */
export const histogramSumSql = (column: string) =>
  gatheredSql(`string_to_array(string_agg(array_to_string(${column}, ','), ','), ',')::bigint[]`);

/** Two histograms added up; either may be null. */
export const histogramPlusSql = (live: string, delta: string) =>
  `case when ${live} is null then ${delta} when ${delta} is null then ${live}
      else ${gatheredSql(`${live} || ${delta}`)} end`;

/** The level of a cell. */
export const cellLevelSql = (cell: string) => `(${cell} >> ${countBits})`;
/** The count of a cell. */
export const cellCountSql = (cell: string) => `(${cell} & ${countMask})`;
/** The value that stands for a level, within 1 % of all its values. */
export const levelValueSql = (level: string) =>
  `case ${level} when 0 then 0 else power(101 / 99.0::float8, ${level} - 1) * 0.99 end`;

/** The level of a cell, which is small enough to be exact in floating point. */
export const levelOfCell = (cell: number) => Math.floor(cell / 2 ** countBits);
/** The count of a cell. */
export const countOfCell = (cell: number) => cell % 2 ** countBits;
/** `levelValueSql` in JavaScript. */
export const levelValue = (level: number) => (level === 0 ? 0 : (101 / 99) ** (level - 1) * 0.99);
