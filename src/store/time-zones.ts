/** How Postgres reads the names of time zones that `isTimeZone` accepts. */

/**
 * Postgres reads a name that is also an abbreviation without its summer: CET is an hour ahead of UTC in July too. Each
 * of these zones has had the clock of a city since 1996.
 */
const citiesOf = {
  CET: 'Europe/Brussels',
  MET: 'Europe/Brussels',
  EET: 'Europe/Athens',
  WET: 'Europe/Lisbon',
};
/** Abbreviations that mean the same as the zone of their name. */
const steady = ['UTC', 'UCT', 'GMT', 'ZULU', 'EST', 'MST', 'HST'];

/** The name by which Postgres knows the zone of a name. */
export const postgresZoneSql = (name: string) =>
  `case upper(${name}) ${Object.entries(citiesOf)
    .map(([zone, city]) => `when '${zone}' then '${city}'`)
    .join(' ')} else ${name} end`;

/** Whether Postgres reads a name as a zone, not as an abbreviation with another meaning. */
export const isPostgresZoneSql = (name: string) =>
  `(upper(${name}) in (${steady.map((one) => `'${one}'`).join(', ')})
    or not exists (select from pg_timezone_abbrevs a where upper(a.abbrev) = upper(${name})))`;
