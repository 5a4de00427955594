import { describeValue } from '../events/fault.js';
import { checkOptions } from './conditions.js';
import {
  type CursorOwner,
  decodeCursor,
  encodeCursor,
  type KeyShape,
  type PageKey,
} from './cursor.js';
import { InvalidQueryError } from './query-errors.js';

/** Some rows of a list. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Returns the next rows, with the same filters; undefined at the end. */
  readonly next_cursor: string | undefined;
}

/** Which rows of a list. */
export interface PageOptions {
  /** The maximum number of rows, 1 to 1,000. Defaults to 50. */
  readonly limit?: number | undefined;
  /** `next_cursor` of the previous page. Defaults to the beginning. */
  readonly cursor?: string | undefined;
}

const mostRows = 1000;

/** A list that is read page by page, each from the end of the previous one. */
export interface PagedList<T> extends CursorOwner {
  /** Options besides the filters and those of every page. */
  readonly settings?: readonly string[];
  readonly shape: KeyShape;
  /** The key of a row: the values that the list is sorted by, unique together. */
  readonly keyOf: (item: T) => PageKey;
  /** Reads up to `limit` rows after `key`. */
  readonly read: (key: PageKey | undefined, limit: number) => Promise<T[]>;
  /** The number of rows after `key`, up to `limit`, that are not too large together for one page. Defaults to `limit`. */
  readonly fitting?: (key: PageKey | undefined, limit: number) => Promise<number>;
}

/**
 * Reads one page. Rows that are added meanwhile neither repeat nor hide others, because a page begins after a
 * key, not after a number of rows.
 * @throws InvalidQueryError @throws InvalidCursorError
 */
export async function readPage<T>(list: PagedList<T>, options: PageOptions): Promise<Page<T>> {
  const { filters, settings = [] } = list;
  checkOptions(options, ['limit', 'cursor', ...Object.keys(filters), ...settings]);
  const most = options.limit ?? 50;
  if (!Number.isInteger(most) || most < 1 || most > mostRows) {
    throw new InvalidQueryError('limit', `an integer from 1 to ${mostRows}`, describeValue(most));
  }
  const key =
    options.cursor === undefined ? undefined : decodeCursor(list, options.cursor, list.shape);
  const limit = (await list.fitting?.(key, most)) ?? most;
  // One additional row shows whether there is another page.
  const rows = await list.read(key, limit + 1);
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const hasMore = rows.length > limit && last !== undefined;
  return { items, next_cursor: hasMore ? encodeCursor(list, list.keyOf(last)) : undefined };
}
