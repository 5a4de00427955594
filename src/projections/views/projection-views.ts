import { runStatuses } from '../../events/metric-event.js';
import { codeSql, dollarsSql, secondsSql, timestampSql } from '../../store/sql-units.js';
import { tableOf } from '../fold/fold-sql.js';
import type { Measure, Unit } from '../language/measure.js';
import { foldOf, placedValueSql } from '../language/measure-sql.js';
import type { Projection } from '../language/projection.js';
import type { View, ViewColumn } from './view.js';

/** The name a reader sees for a stored column: the unit leaves it. */
export function publicName(column: string): string {
  return column.replace(/_(us|nanos)$/, '');
}

function unitOf(measure: Measure): Unit {
  switch (measure.fold) {
    case 'sum':
    case 'first':
    case 'histogram':
      return measure.unit;
    case 'count':
    case 'rows':
      return 'count';
    case 'earliest_start':
    case 'latest':
      return 'timestamp';
    case 'last_status':
      return 'status';
    case 'last':
    case 'agreed':
      return 'text';
  }
}

function readSql(column: string, measure: Measure): string {
  const isPlaced = foldOf(measure).placed !== undefined;
  const text = isPlaced ? placedValueSql(column) : column;
  const value = isPlaced && unitOf(measure) !== 'text' ? `${text}::bigint` : text;
  switch (unitOf(measure)) {
    case 'seconds':
      return secondsSql(value);
    case 'dollars':
      return dollarsSql(value);
    case 'timestamp':
      return timestampSql(value);
    case 'status':
      return codeSql(value, runStatuses);
    case 'text':
      return value;
    default:
      return value;
  }
}

const unitSuffix: Partial<Record<Unit, string>> = {
  seconds: ', in seconds',
  dollars: ', in US dollars',
};

/** The view that a projection asks for; undefined when it asks for none. */
export function viewOf(projection: Projection): View | undefined {
  return projection.view === undefined ? undefined : plainView(projection, projection.view);
}

/** The rows of a projection as a view, in human units. */
export function plainView(projection: Projection, name: string): View {
  const keys: ViewColumn[] = Object.entries(projection.key).map(([column, key]) => ({
    name: key.shown?.name ?? publicName(column),
    sql: key.shown?.sql(`t.${column}`) ?? `t.${column}`,
    doc: key.doc,
  }));
  const measures: ViewColumn[] = Object.entries(projection.measures)
    .filter(([, { fold }]) => fold !== 'histogram')
    .map(([name, measure]) => ({
      name: publicName(name),
      sql: readSql(`t.${name}`, measure),
      doc: `${measure.doc}${unitSuffix[unitOf(measure)] ?? ''}`,
    }));
  return {
    name,
    doc: projection.doc,
    columns: [...keys, ...measures],
    from: `${tableOf(projection)} t`,
  };
}
