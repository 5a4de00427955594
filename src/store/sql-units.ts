/**
 * Integer microseconds since 1970 as a timestamp, exactly. Written so that Postgres treats it as
 * immutable: then an index on it can be used to filter or sort a view by time.
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

/** SQL of a time as RFC 3339 in UTC, to the millisecond (`MS`) or to the microsecond (`US`). */
export function utcTextSql(time: string, digits: 'MS' | 'US' = 'MS'): string {
  return `to_char(${time} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.${digits}"Z"')`;
}
