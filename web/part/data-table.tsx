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
  /** A second order for this column, such as by the failed ones of its calls. */
  readonly also?: { readonly head: string; readonly sort: string };
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
  hasAscending = false,
  foot,
  rowClass,
}: {
  readonly label: string;
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  readonly keyOf: (row: T) => string;
  /** The column that sorts the rows if the address names none. */
  readonly sorted?: string | undefined;
  /** Whether a second click on the sorted column turns the order around. */
  readonly hasAscending?: boolean;
  readonly foot?: ComponentChildren;
  readonly rowClass?: (row: T) => string | undefined;
}) {
  const sort = parameter('sort') ?? sorted;
  const isAscending = hasAscending && parameter('order') === 'asc';
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys
    <section class="scroller" aria-label={label} tabIndex={0}>
      <table class="data">
        <thead>
          <tr>
            {columns.map(({ key, head, isFigure, sort: by, also, isWide }) => {
              const orders = [by === undefined ? undefined : { head, sort: by }, also].filter(
                (one) => one !== undefined,
              );
              const isSorted = orders.some((one) => one.sort === sort);
              return (
                <th
                  key={key}
                  scope="col"
                  class={classOf(isFigure, isWide)}
                  aria-sort={isSorted ? (isAscending ? 'ascending' : 'descending') : undefined}
                >
                  {orders.length === 0 && head}
                  {orders.map((one) => (
                    <a
                      key={one.sort}
                      href={here({
                        sort: one.sort === sorted ? undefined : one.sort,
                        order:
                          hasAscending && one.sort === sort && !isAscending ? 'asc' : undefined,
                      })}
                      class={one.sort === sort ? 'sorted' : undefined}
                      data-replace
                    >
                      {one.head}
                      {one.sort === sort && <Icon name={isAscending ? 'up' : 'down'} />}
                    </a>
                  ))}
                </th>
              );
            })}
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
