import { screen } from '../../address/parameters.js';
import { filterOf, type UsageRow } from '../../ask/usage.js';
import { Meter } from '../../chart/meter.js';
import { Spark } from '../../chart/spark.js';
import { coloursOf } from '../../figure/colours.js';
import { exactCostOf } from '../../figure/figures.js';
import { Change } from '../../part/change.js';
import type { Column } from '../../part/data-table.js';
import { Dot } from '../../part/dot.js';
import { changeOf } from '../overview/metrics.js';
import { noName } from '../overview/split-data.js';
import type { Kind } from './kind.js';

/**
 * The columns of a breakdown: name, trend, the kind's figures, and the change against the previous
 * period.
 */
export function columnsOf(
  kind: Kind,
  rows: readonly UsageRow[],
  before: ReadonlyMap<string, UsageRow> | undefined,
  course: readonly UsageRow[],
): readonly Column<UsageRow>[] {
  const { dimension, word, figures, main } = kind;
  const named = (row: UsageRow) => row[dimension] ?? noName;
  const colours = coloursOf(dimension === 'agent_id' ? 'agent' : dimension, rows.map(named));
  const mainFigure = figures.find(({ key }) => key === main);
  const lines = new Map<string, (number | null)[]>();
  const starts = [...new Set(course.map(({ bucket_start }) => bucket_start))];
  for (const row of course) {
    const line = lines.get(named(row)) ?? new Array<number | null>(starts.length).fill(null);
    line[starts.indexOf(row.bucket_start)] = mainFigure?.figureOf(row) ?? null;
    lines.set(named(row), line);
  }
  const hrefOf = (name: string) =>
    dimension === 'tool_name'
      ? screen(`/tools/${encodeURIComponent(name)}`)
      : screen('/', {
          [filterOf(dimension)]: [name],
          by: dimension === 'model' ? 'agent' : undefined,
        });
  return [
    {
      key: 'name',
      head: word,
      cell: (row) =>
        row[dimension] == null ? (
          <span class="faint">{noName}</span>
        ) : (
          <span class="nowrap">
            <Dot colour={colours.get(named(row))} />{' '}
            <a class="id" href={hrefOf(named(row))} title={named(row)}>
              {named(row)}
            </a>
          </span>
        ),
    },
    {
      key: 'course',
      head: 'Course',
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
    ...figures.map(({ key, head, figureOf, format, isWide, bar }): Column<UsageRow> => {
      const most = Math.max(0, ...rows.map((row) => figureOf(row) ?? 0));
      return {
        key,
        head,
        isFigure: true,
        ...(isWide === true ? { isWide } : {}),
        sort: key,
        cell: (row) =>
          bar === undefined || figureOf(row) === null ? (
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
