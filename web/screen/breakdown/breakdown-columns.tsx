import { screen } from '../../address/parameters.js';
import { filterOf, type UsageRow, type UsageSeries } from '../../ask/usage.js';
import { Meter } from '../../chart/meter.js';
import { Spark } from '../../chart/spark.js';
import { coloursOf } from '../../figure/colours.js';
import { exactCostOf, none } from '../../figure/figures.js';
import { bucketLabel, bucketMoment } from '../../figure/moments.js';
import { Change } from '../../part/change.js';
import type { Column } from '../../part/data-table.js';
import { Dot } from '../../part/dot.js';
import { TokensCell } from '../../part/total-cells.js';
import { changeOf } from '../overview/metrics.js';
import { noName } from '../overview/split-data.js';
import type { Figure, Kind } from './kind.js';

/** Counts of which one is above 0 in a bucket with usage. */
export const seenFigures = ['assistant_messages', 'tool_calls', 'runs'] as const;

/**
 * The columns of a breakdown: name, trend, the kind's figures, and the change against the previous
 * period.
 */
export function columnsOf(
  kind: Kind,
  rows: readonly UsageRow[],
  {
    before,
    course,
    seen,
  }: {
    /** The rows of the previous period by name. */
    readonly before: ReadonlyMap<string, UsageRow> | undefined;
    readonly course: readonly UsageRow[];
    /** The buckets in which each was seen, oldest first, and then shorter ones of the last day. */
    readonly seen: readonly (UsageSeries | undefined)[];
  },
): readonly Column<UsageRow>[] {
  const { dimension, word, figures, main } = kind;
  const named = (row: UsageRow) => row[dimension] ?? noName;
  const colours = coloursOf(dimension === 'agent_id' ? 'agent' : dimension, rows.map(named));
  const mainFigure = figures.find(({ key }) => key === main);
  const lines = new Map<string, number[]>();
  const lastSeen = new Map<string, { readonly local: string; readonly bucket: string }>();
  const starts = [...new Set(course.map(({ bucket_start }) => bucket_start))];
  for (const row of course) {
    // A bucket without events adds nothing, so it is 0 in the line of a sum.
    const line = lines.get(named(row)) ?? new Array<number>(starts.length).fill(0);
    line[starts.indexOf(row.bucket_start)] = mainFigure?.figureOf(row) ?? 0;
    lines.set(named(row), line);
  }
  for (const { rows: used, bucket } of seen.flatMap((one) => one ?? [])) {
    for (const row of used) {
      const local = row.bucket_local;
      if (local !== null && bucket !== null && seenFigures.some((name) => (row[name] ?? 0) > 0))
        lastSeen.set(named(row), { local, bucket });
    }
  }
  const hrefOf = (name: string) =>
    dimension === 'tool_name'
      ? screen(`/tools/${encodeURIComponent(name)}`)
      : screen('/', {
          [filterOf(dimension)]: [name],
          by: dimension === 'model' ? 'agent' : undefined,
        });
  const isShown = ({ figureOf, isRare }: Figure) =>
    isRare !== true || rows.some((row) => (figureOf(row) ?? 0) > 0);
  return [
    {
      key: 'name',
      head: word,
      cell: (row) =>
        row[dimension] == null ? (
          <span class="faint">{noName}</span>
        ) : (
          <span class="named">
            <Dot colour={colours.get(named(row))} />
            <a class="id" href={hrefOf(named(row))} title={named(row)}>
              {named(row)}
            </a>
          </span>
        ),
    },
    {
      key: 'course',
      head: 'Trend',
      isWide: true,
      cell: (row) => {
        const line = lines.get(named(row));
        return line === undefined ? null : (
          <span class="row-spark">
            <Spark values={line} />
          </span>
        );
      },
    },
    ...figures
      .filter(isShown)
      .map(({ key, head, figureOf, format, isWide, bar }): Column<UsageRow> => {
        const most = Math.max(0, ...rows.map((row) => figureOf(row) ?? 0));
        return {
          key,
          head,
          isFigure: true,
          ...(isWide === undefined ? {} : { isWide }),
          sort: key,
          cell: (row) =>
            bar === 'tokens' ? (
              <TokensCell row={row} most={most} />
            ) : bar === undefined || figureOf(row) === null ? (
              format(figureOf(row), row)
            ) : (
              <span class="metered" title={key === 'cost' ? exactCostOf(row) : undefined}>
                <Meter
                  share={most === 0 ? 0 : (figureOf(row) ?? 0) / most}
                  tone={bar === 'bad' ? 'bad' : ''}
                />
                {format(figureOf(row), row)}
              </span>
            ),
        };
      }),
    ...(kind.hasLastSeen === true
      ? [
          {
            key: 'seen',
            head: 'Last seen',
            isFigure: true,
            isWide: true,
            cell: (row: UsageRow) => {
              const last = lastSeen.get(named(row));
              return last === undefined ? (
                none
              ) : (
                <span
                  class="nowrap"
                  title={`Last used in: ${bucketLabel(last.local, last.bucket)}`}
                >
                  {bucketMoment(last.local, last.bucket)}
                </span>
              );
            },
          },
        ]
      : []),
    ...(before === undefined
      ? []
      : [
          {
            key: 'change',
            head: 'Change',
            isFigure: true,
            isWide: true,
            cell: (row: UsageRow) => {
              const old = before.get(named(row));
              return (
                <Change
                  value={changeOf(
                    mainFigure?.figureOf(row),
                    old === undefined ? undefined : mainFigure?.figureOf(old),
                  )}
                  isBad={kind.more.isBad || undefined}
                />
              );
            },
          },
        ]),
  ];
}
