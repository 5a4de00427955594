import { parseTimestamp } from '../../events/timestamp.js';

/** Compares two values of one kind. */
export type Compare<T> = (a: T, b: T) => number;

/** The order of the collation "C", which is that of code points. */
export const byBytes: Compare<string> = (a, b) => {
  const shorter = Math.min(a.length, b.length);
  for (let at = 0; at < shorter; at++) {
    const [left, right] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (left !== right) return codePoint(left) - codePoint(right);
  }
  return a.length - b.length;
};

/** A number by which a unit of UTF-16 is compared: surrogates are greater than all others. */
const codePoint = (unit: number) => (unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit);

export const byNumber: Compare<number> = (a, b) => a - b;

/** Times as Postgres writes them. */
export const byTime: Compare<unknown> = (a, b) => microsOf(a) - microsOf(b);

const microsOf = (value: unknown) => parseTimestamp(String(value)) ?? Number.NEGATIVE_INFINITY;

/** Decimals as Postgres writes them, exactly. */
export const byDecimal: Compare<string> = (a, b) => {
  const [left, right] = [scaled(a), scaled(b)];
  return left < right ? -1 : left > right ? 1 : 0;
};

function scaled(text: string): bigint {
  const [whole = '0', fraction = ''] = text.split('.');
  return BigInt(`${whole}${fraction.padEnd(18, '0')}`);
}

/** The first order that tells two values apart decides. */
export function byAll<T>(...orders: readonly Compare<T>[]): Compare<T> {
  return (a, b) => {
    for (const compare of orders) {
      const found = compare(a, b);
      if (found !== 0) return found;
    }
    return 0;
  };
}

/** An order by something of a value. */
export function on<T, V>(value: (of: T) => V, compare: Compare<V>): Compare<T> {
  return (a, b) => compare(value(a), value(b));
}

export function reversed<T>(compare: Compare<T>): Compare<T> {
  return (a, b) => compare(b, a);
}
