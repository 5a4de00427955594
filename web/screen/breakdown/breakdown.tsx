import type { ComponentChildren } from 'preact';
import { parameter } from '../../address/parameters.js';
import { path } from '../../address/place.js';
import { lastDay, rfc3339 } from '../../address/range.js';
import {
  areKept,
  filterOf,
  type UsageRow,
  usageFilterNames,
  usageQuestion,
  usageUrl,
  useUsage,
} from '../../ask/usage.js';
import { csvOf, saveText } from '../../figure/csv.js';
import { Bar } from '../../part/bar.js';
import { DataTable } from '../../part/data-table.js';
import { FilterBar } from '../../part/filter-bar.js';
import { filterWord } from '../../part/filter-words.js';
import { Given } from '../../part/given.js';
import { Menu } from '../../part/menu.js';
import { NothingHere } from '../first/nothing-here.js';
import { noName } from '../overview/split-data.js';
import { columnsOf, seenFigures } from './breakdown-columns.js';
import type { Figure, Kind } from './kind.js';
import { kinds } from './kinds.js';

/** The maximum number of rows. Filters find the others. */
const mostRows = 200;
/** The number of rows that have a trend line. */
const mostLines = 25;

/** Usage in the range by agent, model, tool, user or team: one row each. */
export function Breakdown() {
  const kind = kinds.find((one) => one.path === path.value) ?? (kinds[0] as Kind);
  return <BreakdownTable key={kind.path} kind={kind} />;
}

/** One row for each value of a dimension, with its course, its figures and its change. */
export function BreakdownTable({
  kind,
  children,
}: {
  readonly kind: Kind;
  /** Above the filters. */
  readonly children?: ComponentChildren;
}) {
  const { title, word, dimension, figures, main } = kind;
  const compares = parameter('compare') !== 'off';
  const sort =
    figures.find(({ key }) => key === parameter('sort')) ?? figures.find(({ key }) => key === main);
  const isKept = areKept([...new Set([...usageFilterNames(), dimension])]);
  const question = usageQuestion({
    group_by: [dimension],
    top: mostRows,
    order_by: main,
    quantiles: kind.hasSpeed,
    figures: [...new Set(figures.flatMap(({ key, of = [key] }) => of))],
  });
  const asked = useUsage(`by-${dimension}`, isKept ? question : undefined);
  const before = useUsage(
    `by-${dimension}-before`,
    isKept && compares
      ? usageQuestion({
          group_by: [dimension],
          top: mostRows,
          order_by: main,
          quantiles: false,
          figures: [main],
          period: 'before',
        })
      : undefined,
  );
  const course = useUsage(
    `by-${dimension}-course`,
    isKept
      ? usageQuestion({
          buckets: true,
          group_by: [dimension],
          // Users and agents have their lines from what says when they were seen; this has all buckets.
          top: kind.hasLastSeen === true ? 1 : mostLines,
          order_by: main,
          quantiles: false,
          figures: [main],
        })
      : undefined,
  );
  // Most users are active in few buckets.
  const whenSeen = usageQuestion({
    buckets: true,
    group_by: [dimension],
    top: mostRows,
    order_by: main,
    quantiles: false,
    figures: [main, ...seenFigures],
    fill: false,
  });
  const isSeen = isKept && kind.hasLastSeen === true;
  const seen = useUsage(`by-${dimension}-seen`, isSeen ? whenSeen : undefined);
  // Of the last day of the range, to a quarter of an hour.
  const lately = useUsage(
    `by-${dimension}-lately`,
    isSeen ? { ...whenSeen, from: rfc3339(lastDay.value), bucket: '15m' } : undefined,
  );
  return (
    <>
      <Bar title={title} hasRange hasCompare hasLive />
      {children}
      <FilterBar names={kind.filters} />
      {!isKept ? (
        <p class="card empty">
          {title} are not available together with the{' '}
          {usageFilterNames()
            .filter((name) => name !== dimension)
            .map((name) => filterWord(filterOf(name)))
            .join(', ')}{' '}
          filter. Remove it to see them.
        </p>
      ) : (
        <Given asked={asked} shape={<div class="card shape-table" />}>
          {({ rows }) => {
            const some = rows.filter((row) =>
              figures.some(({ figureOf }) => (figureOf(row) ?? 0) !== 0),
            );
            if (some.length === 0) return <NothingHere />;
            const earlier = new Map(
              (before.value?.rows ?? []).map((row) => [row[dimension] ?? noName, row]),
            );
            const sorted = [...some].sort(byFigure(sort, parameter('order') === 'asc'));
            return (
              <section class="card" aria-label={title}>
                <DataTable
                  label={title}
                  rows={sorted}
                  sorted={main}
                  hasAscending
                  keyOf={(row) => row[dimension] ?? noName}
                  columns={columnsOf(kind, some, {
                    before: compares ? earlier : undefined,
                    course:
                      course.value === undefined
                        ? []
                        : [...course.value.rows, ...(seen.value?.rows ?? [])],
                    seen: [seen.value, lately.value],
                  })}
                />
                <footer class="card-foot">
                  <span class="faint">
                    {some.length === mostRows
                      ? `The first ${mostRows} by ${main}`
                      : `${some.length} ${kind.rows ?? (some.length === 1 ? word.toLowerCase() : title.toLowerCase())}`}
                  </span>
                  <Menu
                    label={title}
                    origin={{ url: usageUrl(question) }}
                    csv={() => saveText(`${title.toLowerCase()}.csv`, 'text/csv', csvOf(sorted))}
                  />
                </footer>
              </section>
            );
          }}
        </Given>
      )}
    </>
  );
}

/** Rows by a figure. Those without it are last in both orders. */
const byFigure =
  (figure: Figure | undefined, isAscending: boolean) => (a: UsageRow, b: UsageRow) => {
    const [one, other] = [figure?.figureOf(a) ?? null, figure?.figureOf(b) ?? null];
    if (one === null || other === null) return Number(one === null) - Number(other === null);
    return isAscending ? one - other : other - one;
  };
