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
        : Buffer.compare(Buffer.from(name), Buffer.from(other));
    if (order !== 0) return order;
  }
  return 0;
}
