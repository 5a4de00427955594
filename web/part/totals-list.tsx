import type { Page } from '../../src/query/page.js';
import type { FilterName } from '../address/parameters.js';
import type { Asked } from '../ask/asking.js';
import { NothingHere } from '../screen/first/nothing-here.js';
import { Bar } from './bar.js';
import { CostStrip } from './cost-strip.js';
import { type Column, DataTable } from './data-table.js';
import { FilterBar } from './filter-bar.js';
import { Given } from './given.js';
import { Menu } from './menu.js';
import type { Origin } from './origin-dialog.js';
import { Pages } from './pages.js';

/** A screen with a list of totals: the filters, the cost over time, and one page of rows. */
export function TotalsList<T>({
  title,
  filters,
  hasUnended = false,
  asked,
  keyOf,
  columnsOf,
  origin,
  csv,
}: {
  readonly title: string;
  readonly filters: readonly FilterName[];
  /** Whether the list can be narrowed to runs that have not ended. */
  readonly hasUnended?: boolean;
  readonly asked: Asked<Page<T>>;
  readonly keyOf: (row: T) => string;
  /** The columns for the rows of a page. */
  readonly columnsOf: (rows: readonly T[]) => readonly Column<T>[];
  readonly origin: Origin;
  /** The address of the whole list as a file. */
  readonly csv: string;
}) {
  return (
    <>
      <Bar title={title} hasRange hasLive />
      <FilterBar names={filters} hasFailed hasUnended={hasUnended} />
      <CostStrip />
      <Given asked={asked} shape={<div class="card shape-table" />}>
        {({ items, next_cursor }) =>
          items.length === 0 ? (
            <NothingHere />
          ) : (
            <section class="card" aria-label={title}>
              <DataTable
                label={title}
                rows={items}
                sorted="started_at"
                keyOf={keyOf}
                columns={columnsOf(items)}
              />
              <footer class="card-foot">
                <Pages next={next_cursor} shown={items.length} />
                <Menu label={title} origin={origin} csv={csv} />
              </footer>
            </section>
          )
        }
      </Given>
    </>
  );
}
