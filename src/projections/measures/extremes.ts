import type { AttributeName } from '../../events/attribute-fields.js';
import { textType } from '../../events/columns/log-columns.js';
import { formatTimestamp } from '../../events/timestamp.js';
import { filter, type Kind, plain } from './kind.js';
import { originalSql } from './where.js';

export const greatest = {
  combine: (column: string) => `max(${column})`,
  merge: (live: string, delta: string) => `greatest(${live}, ${delta})`,
};
export const least = {
  combine: (column: string) => `min(${column})`,
  merge: (live: string, delta: string) => `least(${live}, ${delta})`,
};
const time = {
  type: 'bigint',
  required: false,
  isExtreme: true,
  unit: 'timestamp',
  read: (stored: unknown) => formatTimestamp(Number(stored)),
} as const;

/** The earliest start: the time of an event minus its duration. */
export interface EarliestStart {
  readonly fold: 'earliest_start';
  readonly doc: string;
}
export function earliestStartKind(_: EarliestStart): Kind {
  return {
    ...time,
    ...least,
    partial: `min(e.occurred_at_us - coalesce(e.time_us, 0))${filter(originalSql)}`,
  };
}

/** The latest time an event occurred. */
export interface Latest {
  readonly fold: 'latest';
  readonly doc: string;
}
export function latestKind(_: Latest): Kind {
  return { ...time, ...greatest, partial: `max(e.occurred_at_us)${filter(originalSql)}` };
}

/** A period is 2^28 µs: four and a half minutes. */
export const periodBits = 28;

/**
 * The period in which the latest event occurred. An index on the time itself would be written by every update of a
 * row; one on the period is written when the row goes on into another period.
 */
export interface LatestPeriod {
  readonly fold: 'latest_period';
  readonly doc: string;
}
export function latestPeriodKind(_: LatestPeriod): Kind {
  return {
    ...greatest,
    type: 'integer',
    required: false,
    partial: `(max(e.occurred_at_us)${filter(originalSql)} >> ${periodBits})::integer`,
    isExtreme: true,
    unit: 'periods',
    read: plain,
  };
}

/** A string on which all events agree. If they do not, the greatest in byte order. */
export interface Agreed {
  readonly fold: 'agreed';
  readonly of: AttributeName;
  readonly doc: string;
}
export function agreedKind({ of }: Agreed): Kind {
  return {
    ...greatest,
    type: textType,
    required: false,
    partial: `max(e.${of})`,
    unit: 'text',
    read: plain,
  };
}

/** The value of a label on which all events agree. If they do not, the greatest in byte order. */
export interface AgreedLabel {
  readonly fold: 'agreed_label';
  readonly doc: string;
}
export function agreedLabelKind(_: AgreedLabel): Kind {
  return {
    ...greatest,
    type: textType,
    required: true,
    partial: 'max(l.value)',
    isExtreme: true,
    isOfLabel: true,
    unit: 'text',
    read: plain,
  };
}
