import { type Command, Option } from 'commander';
import { zonePhrase } from '../../events/check/time-zone-name.js';
import { describeValue } from '../../events/fault.js';
import { InvalidQueryError } from '../../query/query-errors.js';
import { startOfDay } from '../../query/usage/time-zone.js';
import { UsageError } from '../command/command-error.js';

/** The flags for the time range of a command. */
export interface RangeFlags {
  readonly since: string;
  readonly from?: string;
  readonly to?: string;
  readonly tz?: string;
}

/** Adds these flags. */
export function addRangeOptions(command: Command, since = '7d'): Command {
  return command
    .option(
      '--since <duration>',
      'start this long ago: 90m, 24h, 7d, 4w; from 1d on, whole days',
      since,
    )
    .addOption(
      new Option('--from <time>', 'or start at this time, RFC 3339 with a zone').conflicts('since'),
    )
    .option('--to <time>', 'end before this time. Defaults to now')
    .option('--tz <zone>', "the IANA time zone of days and months. Defaults to this machine's");
}

/** The time zone of this machine; UTC if TZ is empty or names no zone, as for the system's own programs. */
export function machineZone(): string {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions() as { timeZone?: string };
  return timeZone === undefined || timeZone === 'Etc/Unknown' ? 'UTC' : timeZone;
}

const minutes: Readonly<Record<string, number>> = { m: 1, h: 60, d: 1_440, w: 10_080 };

/** The range that the flags describe. @throws UsageError */
export function readRange(flags: RangeFlags) {
  const time_zone = flags.tz ?? machineZone();
  if (flags.from !== undefined) return { from: flags.from, to: flags.to, time_zone };
  return { from: sinceStart(flags.since, flags.to, time_zone), to: flags.to, time_zone };
}

/** The time that lies a duration before `to`, or before now; from one day on, the start of its day. @throws UsageError */
export function sinceStart(since: string, to?: string, zone = machineZone()): string {
  const [, count, unit = ''] = /^(\d{1,5})([mhdw])$/.exec(since) ?? [];
  const length = Number(count) * (minutes[unit] ?? 0);
  if (!(length > 0)) {
    throw new UsageError(
      `--since: expected a duration such as 90m, 24h, 7d or 4w, got ${describeValue(since)}.`,
    );
  }
  const end = to === undefined ? Date.now() : Date.parse(to);
  if (Number.isNaN(end))
    throw new UsageError(`--to: expected an RFC 3339 time with a zone, got ${describeValue(to)}.`);
  const start = end - length * 60_000;
  const isWhole = unit === 'd' || unit === 'w';
  return new Date(isWhole ? dayStart(start, zone) : start).toISOString();
}

/** A duration such as 30s, 90m or 7d, in milliseconds; undefined if it is invalid. */
export function readDuration(text: string): number | undefined {
  const [, count, unit = ''] = /^(\d{1,5})([smhdw])$/.exec(text) ?? [];
  const length = Number(count) * (unit === 's' ? 1_000 : 60_000 * (minutes[unit] ?? 0));
  return length > 0 ? length : undefined;
}

/** A time, given as a time or as a duration before now; in milliseconds since 1970. @throws UsageError */
export function readSince(text: string): number {
  const length = readDuration(text);
  if (length !== undefined) return Date.now() - length;
  const instant = Date.parse(text);
  if (!Number.isNaN(instant)) return instant;
  throw new UsageError(
    '--since: expected a duration such as 24h or 30d, or an RFC 3339 time, ' +
      `got ${describeValue(text)}.`,
  );
}

function dayStart(instant: number, timeZone: string): number {
  try {
    return startOfDay(timeZone, instant);
  } catch (error) {
    if (!(error instanceof InvalidQueryError)) throw error;
    throw new UsageError(`--tz: expected ${zonePhrase}.`);
  }
}
