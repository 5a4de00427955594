import { describeValue } from '../events/fault.js';
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
  /** Gives the rows that follow, with the same filters; undefined at the end. */
  readonly next_cursor: string | undefined;
}

/** Which rows of a list. */
export interface PageOptions {
  /** The most rows, 1 to 1,000. Defaults to 50. */
  readonly limit?: number | undefined;
  /** `next_cursor` of the page before. Defaults to the beginning. */
  readonly cursor?: string | undefined;
}

const mostRows = 1000;

/** A list that is read page by page, each from where the one before ended. */
export interface PagedList<T> extends CursorOwner {
  readonly shape: KeyShape;
  /** The key of a row: what the list is sorted by, unique as a whole. */
  readonly keyOf: (item: T) => PageKey;
  /** Reads up to `limit` rows after `key`. */
  readonly read: (key: PageKey | undefined, limit: number) => Promise<T[]>;
}

/**
 * Reads one page. Rows added meanwhile neither repeat nor hide the others: a page begins after a
 * key, not after a number of rows.
 * @throws InvalidQueryError @throws InvalidCursorError
 */
export async function readPage<T>(list: PagedList<T>, options: PageOptions): Promise<Page<T>> {
  const limit = options.limit ?? 50;
  if (!Number.isInteger(limit) || limit < 1 || limit > mostRows) {
    throw new InvalidQueryError(
      'limit',
      `a whole number from 1 to ${mostRows}`,
      describeValue(limit),
    );
  }
  const key =
    options.cursor === undefined ? undefined : decodeCursor(list, options.cursor, list.shape);
  // One row more than asked for tells whether there is another page.
  const rows = await list.read(key, limit + 1);
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const hasMore = rows.length > limit && last !== undefined;
  return { items, next_cursor: hasMore ? encodeCursor(list, list.keyOf(last)) : undefined };
}
