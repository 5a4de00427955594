/**
 * Integer microseconds since 1970 as a timestamp, exactly. Written so that Postgres knows it for
 * immutable: an index on it then serves whoever filters or sorts a view by time.
 */
export const timestampSql = (micros: string) =>
  `(timestamp 'epoch' + ${micros} * interval '1 microsecond') at time zone 'UTC'`;
/** Integer microseconds as seconds, exactly. */
export const secondsSql = (micros: string) => `trim_scale(${micros} / 1000000.0)`;
/** Integer nano-dollars as dollars, exactly. */
export const dollarsSql = (nanos: string) => `trim_scale(${nanos} / 1000000000.0)`;

/** A small code as its name. */
export function codeSql(code: string, names: Readonly<Record<string, number>>): string {
  const cases = Object.entries(names).map(([name, value]) => `when ${value} then '${name}'`);
  return `case ${code} ${cases.join(' ')} end`;
}
