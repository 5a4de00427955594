import { createHash } from 'node:crypto';
import { isCanonicalUuid } from '../events/event-id.js';
import { describeValue } from '../events/fault.js';
import { parseTimestamp } from '../events/timestamp.js';
import { InvalidCursorError } from './query-errors.js';

/** The version of the cursor format; cursors of other versions are refused. */
const version = 1;

/** The sort key of the last row of a page. */
export type PageKey = readonly (string | number)[];

/** The type of each part of a list's key; a `time` is RFC 3339, a `figure` is a decimal or '' for none. */
export type KeyShape = readonly ('figure' | 'integer' | 'text' | 'time' | 'uuid')[];

/** The list and filters of a cursor, which must not change from page to page. */
export interface CursorOwner {
  readonly list: string;
  readonly filters: Readonly<Record<string, unknown>>;
}

/** A page key as an opaque string, safe for a URL. */
export function encodeCursor(owner: CursorOwner, key: PageKey): string {
  const text = JSON.stringify({ v: version, of: digestOf(owner), key });
  return Buffer.from(text).toString('base64url');
}

/**
 * The page key in a cursor.
 * @throws InvalidCursorError if it is invalid, or belongs to another list or other filters
 */
export function decodeCursor(owner: CursorOwner, cursor: string, shape: KeyShape): PageKey {
  const { v, of, key } = parse(cursor);
  if (v !== version) throw new InvalidCursorError(describeValue(cursor));
  if (of !== digestOf(owner)) throw new InvalidCursorError('one of another list');
  if (!Array.isArray(key) || key.length !== shape.length || !key.every(fits(shape))) {
    throw new InvalidCursorError(describeValue(cursor));
  }
  return key;
}

const fits = (shape: KeyShape) => (value: unknown, at: number) => {
  if (shape[at] === 'integer') return Number.isSafeInteger(value);
  if (typeof value !== 'string' || value.includes('\0') || !value.isWellFormed()) return false;
  if (shape[at] === 'figure') return /^(-?\d{1,30}(\.\d{1,12})?)?$/.test(value);
  if (shape[at] === 'time') return parseTimestamp(value) !== undefined;
  return shape[at] === 'text' || isCanonicalUuid(value);
};

function parse(cursor: string): { v?: unknown; of?: unknown; key?: unknown } {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new InvalidCursorError(describeValue(cursor));
}

function digestOf({ list, filters }: CursorOwner): string {
  const set = Object.entries(filters)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([list, set]))
    .digest('base64url')
    .slice(0, 12);
}
