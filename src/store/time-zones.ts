/**
 * Names of time zones. Node.js and Postgres read names without a city differently: `IST` is Calcutta in one and Jerusalem in the
 * other. So only names that have one meaning everywhere are accepted, and all checks of names are here.
 */

/** What an error expects. */
export const zonePhrase =
  'an IANA time zone such as America/New_York, not an abbreviation such as IST';

/** The names of the IANA database that have no area and city. */
const plainNames: ReadonlySet<string> = new Set(
  `CET CST6CDT CUBA EET EGYPT EIRE EST EST5EDT GB GB-EIRE GMT GMT+0 GMT-0 GMT0 GREENWICH HONGKONG HST ICELAND IRAN ISRAEL
  JAMAICA JAPAN KWAJALEIN LIBYA MET MST MST7MDT NAVAJO NZ NZ-CHAT POLAND PORTUGAL PRC PST8PDT ROC ROK SINGAPORE TURKEY
  UCT UNIVERSAL UTC W-SU WET ZULU`.split(/\s+/),
);

/** Whether a name is that of a time zone, in any case of its letters. */
export function isTimeZone(name: unknown): name is string {
  // Only names: programs disagree on the sign of +05:45.
  if (typeof name !== 'string' || !/^[A-Za-z][\w/+-]*$/.test(name)) return false;
  if (!name.includes('/') && !plainNames.has(name.toUpperCase())) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

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
