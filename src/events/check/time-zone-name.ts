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
