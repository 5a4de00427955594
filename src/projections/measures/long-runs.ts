import { periodBits } from './extremes.js';

/**
 * Which runs have events after a time is asked for each page of a session. Most runs are short: those that started
 * long before have ended. The others are in an index, by how long they are, and so few of them are read in vain.
 */

/** The number of periods at which each class of length ends; the last class has no end. */
const classEnds = [8, 64, 512, 4096];

const periodUs = 2 ** periodBits;
/** A run that began earlier than this before a time, in microseconds, and goes on after it, is long. */
export const shortUs = 2 * periodUs;
/** The classes of long runs, with the greatest length of each in microseconds. */
export const lengthClasses: readonly (readonly [number: number, reachUs: number | undefined])[] = [
  ...classEnds.map((end, number) => [number, end * periodUs] as const),
  [classEnds.length, undefined],
];

const periodsSql = (prefix: string) =>
  `${prefix}ended_period - (${prefix}started_at_us >> ${periodBits})`;

/** Whether a run, with `r.` before its columns, is long. */
export const isLongSql = (prefix = '') => `${periodsSql(prefix)} > 1`;

/** The number of the class of its length. */
export const lengthClassSql = (prefix = '') =>
  `width_bucket(${periodsSql(prefix)}, '{${classEnds.join(',')}}'::bigint[])`;
