import { runStatuses } from '../../events/metric-event.js';
import { codeSql, dollarsSql, secondsSql, timestampSql } from '../../store/sql-units.js';
import { tableOf } from '../fold/fold-sql.js';
import type { Projection } from '../language/projection.js';
import type { Unit } from '../measures/kind.js';
import { kindOf, type Measure } from '../measures/kinds.js';
import type { View, ViewColumn } from './view.js';

/** The name of a stored column in a view, without its unit. */
export function publicName(column: string): string {
  return column.replace(/_(us|nanos)$/, '');
}

function readSql(column: string, measure: Measure): string {
  const { unit, value = (own: string) => own } = kindOf(measure);
  switch (unit) {
    case 'seconds':
      return secondsSql(value(column));
    case 'dollars':
      return dollarsSql(value(column));
    case 'timestamp':
      return timestampSql(value(column));
    case 'status':
      return codeSql(value(column), runStatuses);
    default:
      return value(column);
  }
}

const unitSuffix: Partial<Record<Unit, string>> = {
  seconds: ', in seconds',
  dollars: ', in US dollars',
};

/** Units of columns that only our own statements read. */
export const hiddenUnits: readonly Unit[] = ['levels', 'periods'];

/** The view of a projection; undefined if it has none. */
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
    .filter(([, measure]) => !hiddenUnits.includes(kindOf(measure).unit))
    .map(([name, measure]) => ({
      name: publicName(name),
      sql: readSql(`t.${name}`, measure),
      doc: `${measure.doc}${unitSuffix[kindOf(measure).unit] ?? ''}`,
    }));
  return {
    name,
    doc: projection.doc,
    columns: [...keys, ...measures],
    from: `${tableOf(projection)} t`,
  };
}
