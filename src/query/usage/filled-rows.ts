import { formatTimestamp } from '../../events/timestamp.js';
import { quarterMicros } from '../../projections/time-buckets.js';
import { byBytes } from '../readers/orders.js';
import { refuseMore, type SumsRow } from './read-sums.js';
import { figureReader, isSummed, type SumColumns } from './usage-figures.js';
import { groupKey, type UsageQuantiles } from './usage-quantiles.js';
import type { UsageFigure } from './usage-series.js';
import type { UsageQuestion } from './usage-statement.js';

/** A bucket of a group as it was read. */
export interface ReadRow extends SumsRow {
  readonly quantiles: Partial<UsageQuantiles> | undefined;
}

/** The rows of every bucket for each group, including empty buckets. */
export function filledRows(question: UsageQuestion, rows: readonly ReadRow[]): readonly ReadRow[] {
  const { group_by, buckets } = question;
  const empty = (at: number, names: readonly string[]) => ({
    at,
    names,
    place: -1,
    quantiles: undefined,
  });
  if (buckets.length === 0) return rows.length > 0 || group_by.length > 0 ? rows : [empty(0, [])];
  const groups = new Map<string, Group>();
  if (group_by.length === 0) groups.set(groupKey(0, []), { names: [], rows: new Map() });
  for (const row of rows) {
    const key = groupKey(0, row.names);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { names: row.names, rows: new Map([[row.at, row]]) });
    else group.rows.set(row.at, row);
  }
  refuseMore(groups.size * buckets.length);
  const sorted = [...groups.values()].sort((a, b) => byNames(a.names, b.names));
  return buckets.flatMap((_, at) =>
    sorted.map((group) => group.rows.get(at) ?? empty(at, group.names)),
  );
}

/** A group, and its rows by their bucket. */
interface Group {
  readonly names: readonly string[];
  readonly rows: Map<number, ReadRow>;
}

/** The order of the statements: by the bytes of the names, groups without a name last. */
function byNames(a: readonly string[], b: readonly string[]): number {
  for (const [at, name] of a.entries()) {
    const other = b[at] ?? '';
    const order =
      name === '' || other === ''
        ? Number(name === '') - Number(other === '')
        : byBytes(name, other);
    if (order !== 0) return order;
  }
  return 0;
}

/** Rows as they are shown: with the time of their bucket, the names of their group, and figures. */
export function shownRows(
  { group_by, buckets }: UsageQuestion,
  rows: readonly ReadRow[],
  columns: SumColumns,
  figures: readonly UsageFigure[],
) {
  // Thousands of groups share a bucket, so its time is formatted once.
  const times = buckets.map(({ start, local }) => ({
    bucket_start: formatTimestamp(start * quarterMicros),
    bucket_local: local,
  }));
  const noTime = { bucket_start: null, bucket_local: null };
  const readers = figures.map((name) => ({
    name,
    read: isSummed(name)
      ? figureReader(name, columns)
      : (_: number, quantiles: ReadRow['quantiles']) => quantiles?.[name] ?? null,
  }));
  // A copy has all properties at once, which is faster than to add them one by one.
  const none: Record<string, string | number | null> = {
    ...noTime,
    ...Object.fromEntries([...group_by, ...figures].map((name) => [name, null])),
  };
  return rows.map(({ at, names, place, quantiles }) => {
    const made = { ...none };
    Object.assign(made, times[at]);
    for (const [index, name] of group_by.entries()) made[name] = names[index] || null;
    for (const { name, read } of readers) made[name] = read(place, quantiles);
    return made;
  });
}
