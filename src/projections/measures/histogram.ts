/**
 * Counts of integers on a logarithmic scale, as in DDSketch (Masson, Rim, Lee: "DDSketch: A Fast
 * and Fully-Mergeable Quantile Sketch with Relative-Error Guarantees", VLDB 2019): with γ = (1 + α) /
 * (1 − α), level i holds the values in (γ^(i−1), γ^i], and 2γ^i / (γ + 1) lies within α of each of
 * them. α is 1 %.
 *
 * A histogram is one long number: the count of each level has twelve decimal digits, with level 0 in the
 * last twelve. Adding histograms means adding numbers, so a histogram is a sum like any other, and equal
 * histograms are equal numbers. Postgres stores a `numeric` in words of four digits without the zeros
 * at both ends: counts of levels 550 to 730 take a kilobyte, that of one event takes ten bytes. No
 * count comes near 10¹², and corrections, which could be negative, do not add to histograms.
 *
 * Rejected: an array of `level, count`, whose sum must unnest, sort and group, at 0.5 µs per element in
 * each of four writes per batch; one row per level, of which a batch of 4,000 events touches two thousand.
 */

/** The largest relative error of a quantile. */
export const relativeError = 0.01;
const gamma = { over: 101n, under: 99n };
/** Values from here on share the last level: above all valid times of an event, in microseconds. */
const largest = 100_000_000_000_000n;

let edges: string | undefined;

/**
 * The smallest value of each level from 1 on. They are integers, computed exactly: with a floating-point
 * logarithm, the level of a value at an edge would depend on the machine's library, and a rebuild
 * on another machine could then differ from the live fold.
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

/** Decimal digits of a count. */
const digits = 12;
/** Digits of a word of Postgres' `numeric`, and the words of a count. */
const wordBase = 10_000;
const words = 3;

/**
 * The histogram of one value. Parsed from a string, because a power would be computed by
 * multiplication.
 */
export const histogramOfSql = (value: string) =>
  `('1e' || ${digits} * ${levelSql(value)})::numeric`;

/**
 * Selects `level` and `events` of a histogram, from its lowest level to its highest; some are 0.
 */
export const levelsSql = (histogram: string) =>
  `select l.level, encode(substr(d.digits, length(d.digits) - ${digits} * l.level - ${digits - 1}, ${digits}), 'escape')::bigint as events
    from (select convert_to(${histogram}::text, 'UTF8') as digits offset 0) d
    cross join lateral generate_series(
      (length(d.digits) - length(rtrim(convert_from(d.digits, 'UTF8'), '0'))) / ${digits},
      (length(d.digits) - 1) / ${digits}) as l(level)`;

/** The value that represents a level, within 1 % of all its values. */
export const levelValueSql = (level: string) =>
  `case ${level} when 0 then 0 else power(101 / 99.0::float8, ${level} - 1) * 0.99 end`;

/** `levelValueSql` in JavaScript. */
export const levelValue = (level: number) => (level === 0 ? 0 : (101 / 99) ** (level - 1) * 0.99);

/** The binary form of a histogram, a seventh of its digits; `addLevels` reads it. */
export const sentSql = (histogram: string) => `numeric_send(${histogram})`;

/**
 * Adds the counts of a histogram, in the binary form of `numeric` (PostgreSQL source,
 * `numeric_send`: the number of words, the power of the first, sign, scale, words; 16 bits each),
 * to those of its levels.
 */
export function addLevels(counts: Map<number, number>, sent: Buffer): void {
  const length = sent.readInt16BE(0);
  const first = sent.readInt16BE(2);
  for (let at = 0; at < length; at++) {
    const word = sent.readInt16BE(8 + 2 * at);
    if (word === 0) continue;
    const power = first - at;
    const level = Math.floor(power / words);
    counts.set(level, (counts.get(level) ?? 0) + word * wordBase ** (power % words));
  }
}

/** The counts of the levels of a histogram in decimal digits, without those that are 0. */
export function levelsOf(histogram: string): [level: number, events: number][] {
  const levels: [number, number][] = [];
  for (let level = 0, end = histogram.length; end > 0; level++, end -= digits) {
    const events = Number(histogram.slice(Math.max(0, end - digits), end));
    if (events !== 0) levels.push([level, events]);
  }
  return levels;
}
