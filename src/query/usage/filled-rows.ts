import { refuseMore, type SumsRow } from './read-sums.js';
import { groupKey, type UsageQuantiles } from './usage-quantiles.js';
import { sourceOf, sumsOf } from './usage-sources.js';
import type { UsageQuestion } from './usage-statement.js';

/** A bucket of a group as it was read. */
export interface ReadRow extends SumsRow {
  readonly quantiles: Partial<UsageQuantiles>;
}

/** The rows of every bucket for each group, including empty buckets. */
export function filledRows(question: UsageQuestion, rows: readonly ReadRow[]): readonly ReadRow[] {
  const { group_by, buckets, used } = question;
  const nothing = Object.fromEntries(
    sumsOf(sourceOf(used)).map(({ name, kind }) => [name, kind === 'count' ? '0' : null]),
  );
  const empty = (at: number, names: readonly string[]) => ({
    at,
    names,
    sums: nothing,
    quantiles: {},
  });
  if (buckets.length === 0) return rows.length > 0 || group_by.length > 0 ? rows : [empty(0, [])];
  const groups = new Map<string, readonly string[]>();
  if (group_by.length === 0) groups.set('', []);
  for (const { names } of rows) groups.set(group_by.length === 0 ? '' : groupKey(0, names), names);
  refuseMore(groups.size * buckets.length);
  const sorted = [...groups.values()].sort(byNames);
  const known = new Map(rows.map((row) => [groupKey(row.at, row.names), row]));
  return buckets.flatMap((_, at) =>
    sorted.map((names) => known.get(groupKey(at, names)) ?? empty(at, names)),
  );
}

/** The order of the statements: by the bytes of the names, groups without a name last. */
function byNames(a: readonly string[], b: readonly string[]): number {
  for (const [at, name] of a.entries()) {
    const other = b[at] ?? '';
    const order =
      name === '' || other === ''
        ? Number(name === '') - Number(other === '')
        : Buffer.compare(Buffer.from(name), Buffer.from(other));
    if (order !== 0) return order;
  }
  return 0;
}
