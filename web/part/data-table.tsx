import type { ComponentChildren } from 'preact';
import { here, parameter } from '../address/parameters.js';
import { Icon } from './icons.js';

/** A column of a table. */
export interface Column<T> {
  readonly key: string;
  readonly head: ComponentChildren;
  /** A figure is aligned to the right. */
  readonly isFigure?: boolean;
  readonly cell: (row: T) => ComponentChildren;
  /** The value of `sort` in the address for this column, if rows can be sorted by it. */
  readonly sort?: string;
  /** Hidden on a narrow screen; with `phone` only on the narrowest. */
  readonly isWide?: boolean | 'phone';
}

/** A table that scrolls on its own if it is too wide. */
export function DataTable<T>({
  label,
  columns,
  rows,
  keyOf,
  sorted,
  foot,
  rowClass,
}: {
  readonly label: string;
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  readonly keyOf: (row: T) => string;
  /** The column that sorts the rows if the address names none. */
  readonly sorted?: string | undefined;
  readonly foot?: ComponentChildren;
  readonly rowClass?: (row: T) => string | undefined;
}) {
  const sort = parameter('sort') ?? sorted;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys
    <section class="scroller" aria-label={label} tabIndex={0}>
      <table class="data">
        <thead>
          <tr>
            {columns.map(({ key, head, isFigure, sort: by, isWide }) => (
              <th
                key={key}
                scope="col"
                class={classOf(isFigure, isWide)}
                aria-sort={by !== undefined && by === sort ? 'descending' : undefined}
              >
                {by === undefined ? (
                  head
                ) : (
                  <a href={here({ sort: by === sorted ? undefined : by })} data-replace>
                    {head}
                    {by === sort && <Icon name="down" />}
                  </a>
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)} class={rowClass?.(row)}>
              {columns.map(({ key, cell, isFigure, isWide }) => (
                <td key={key} class={classOf(isFigure, isWide)}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
        {foot !== undefined && <tfoot>{foot}</tfoot>}
      </table>
    </section>
  );
}

const classOf = (isFigure = false, isWide: boolean | 'phone' = false) =>
  [isFigure && 'figure', isWide === 'phone' ? 'phone-wide' : isWide && 'wide']
    .filter(Boolean)
    .join(' ') || undefined;
