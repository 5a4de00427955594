import { type LogColumnType, logColumns, textType } from '../../events/columns/log-columns.js';
import { histogramOfSql } from './histogram.js';
import type { Measure } from './measure.js';
import { originalSql, whereSql } from './measure.js';

/** How one kind of measure is computed: the only place that knows the sums. */
export interface Fold {
  readonly type: LogColumnType | 'numeric';
  /** Whether a row always has it. */
  readonly required: boolean;
  /** Of a value kept beside its place: the condition of the events whose place it needs. */
  readonly placed?: string;
  /** The aggregate over events `e` that gives a partial. */
  readonly partial: string;
  /** The aggregate over partials `p` that gives a coarser partial. */
  readonly combine: (column: string) => string;
  /** What a live row `t` becomes when the partial `d` is added. */
  readonly merge: (live: string, delta: string) => string;
}

const filter = (condition: string) => (condition === '' ? '' : ` filter (where ${condition})`);
// Years 2000 to 2200 in microseconds have 15 or 16 digits: padded, they sort as text. `lpad` goes
// character by character and is left to the few that need it: a tenth of the fold by run.
const timeKey = `case when e.occurred_at_us >= 1000000000000000 then e.occurred_at_us::text
      else lpad(e.occurred_at_us::text, 16, '0') end
    || case when e.sequence is null then '0000000000' when e.sequence < 10 then '000000000' || e.sequence
      when e.sequence < 100 then '00000000' || e.sequence else lpad(e.sequence::text, 10, '0') end`;
const end = "E'\\x01\\x01'";
/**
 * The place of an event among others: time and sequence, then the id as it was sent. It is the order of
 * the lists: what is first and last is the same everywhere. Places are texts that sort by their bytes. Two
 * bytes 01 end one, and an id's own 01 is followed by 02, so that an id comes before those it begins.
 */
export const placeSql = `(${timeKey}
    || case when e.original_id is null then e.id::text else replace(e.original_id, E'\\x01', E'\\x01\\x02') end || ${end})`;
/** A value of one event behind its place; of two events at one place the greater value is the later. */
const placed = (value: string) => `(${placeSql} || ${value}) collate "C"`;
/** The value alone, as text. */
export const placedValueSql = (column: string) =>
  `substr(${column}, strpos(${column}, ${end}) + 2)`;

/**
 * Adds bigints up in a bigint. Postgres' own `sum(bigint)` keeps a state of 50 bytes a group and column,
 * and makes a numeric of it that is then cast: a session has 25 such columns. An overflow is an
 * error with either.
 */
const total = 'runfold_internal.total';
/** The statement that makes it; safe to repeat. */
export const totalStatement = `create or replace aggregate ${total}(bigint) (sfunc = int8pl, stype = bigint, combinefunc = int8pl, parallel = safe)`;
const levelsTotal = 'runfold_internal.total_levels';
/**
 * The same for histograms. `sum(numeric)` keeps room for every level in each group, which pays where
 * hundreds of values meet in one; where a dozen do, to add them one by one takes a tenth of its time.
 */
export const histogramTotalStatement = `create or replace aggregate ${levelsTotal}(numeric) (sfunc = numeric_add, stype = numeric, combinefunc = numeric_add, parallel = safe)`;
/** The sum of integers is a bigint as it is. */
const sumOf = (column: string) => `${isBigint(column) ? total : 'sum'}(e.${column})`;
const isBigint = (column: string) =>
  logColumns.some(({ name, type }) => name === column && type === 'bigint');

const additive = {
  combine: (column: string) => `${total}(${column})`,
  merge: (live: string, delta: string) => `coalesce(${live} + ${delta}, ${live}, ${delta})`,
};
const greatest = {
  combine: (column: string) => `max(${column})`,
  merge: (live: string, delta: string) => `greatest(${live}, ${delta})`,
};
const least = {
  combine: (column: string) => `min(${column})`,
  merge: (live: string, delta: string) => `least(${live}, ${delta})`,
};

/** The SQL of a measure. */
export function foldOf(measure: Measure): Fold {
  switch (measure.fold) {
    case 'count':
      return {
        type: 'bigint',
        required: true,
        partial: [
          `count(*)${filter(whereSql(measure.where, [originalSql]))}`,
          ...(measure.less === undefined ? [] : [`count(*)${filter(whereSql(measure.less))}`]),
        ].join(' - '),
        ...additive,
        merge: (live, delta) => `${live} + ${delta}`,
      };
    case 'rows':
      return {
        type: 'bigint',
        required: true,
        // Rows of the finer projection, not events, are counted: `combine` sees them as 0 or 1.
        partial: '0::bigint',
        ...additive,
        merge: (live, delta) => `${live} + ${delta}`,
      };
    case 'sum':
      return {
        type: 'bigint',
        required: false,
        partial: `${sumOf(measure.of)}${filter(whereSql(measure.where))}`,
        ...additive,
      };
    case 'earliest_start':
      return {
        type: 'bigint',
        required: false,
        partial: `min(e.occurred_at_us - coalesce(e.time_us, 0))${filter(originalSql)}`,
        ...least,
      };
    case 'latest':
      return {
        type: 'bigint',
        required: false,
        partial: `max(e.occurred_at_us)${filter(originalSql)}`,
        ...greatest,
      };
    case 'first':
      return placedFold('min', `e.${measure.of}::text`, [
        measure.where,
        [originalSql, `e.${measure.of} <> 0`],
      ]);
    case 'last':
      return placedFold('max', `e.${measure.of}`, [
        measure.where,
        [originalSql, `e.${measure.of} is not null`],
      ]);
    case 'last_status':
      return placedFold('max', 'e.status::text', [
        undefined,
        [originalSql, 'e.status is not null'],
      ]);
    case 'histogram':
      return {
        type: 'numeric',
        required: false,
        partial: `${measure.isThin ? levelsTotal : 'sum'}(${histogramOfSql(`e.${measure.of}`)})${filter(
          whereSql(measure.where, [originalSql, `e.${measure.of} >= 0`]),
        )}`,
        combine: (column) => `${levelsTotal}(${column})`,
        merge: additive.merge,
      };
    case 'agreed':
      return {
        type: textType,
        required: false,
        partial: `max(e.${measure.of})`,
        ...greatest,
      };
  }
}

/** The first or the last value of the events that count. */
function placedFold(
  aggregate: 'min' | 'max',
  value: string,
  counted: Parameters<typeof whereSql>,
): Fold {
  const condition = whereSql(...counted);
  return {
    type: textType,
    required: false,
    placed: condition,
    partial: `${aggregate}(${placed(value)})${filter(condition)}`,
    ...(aggregate === 'min' ? least : greatest),
  };
}
