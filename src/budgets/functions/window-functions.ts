import { quarterMicros, quartersAnHour } from '../../projections/time-buckets.js';

/** How far a clock is set back, at most first. */
const setBack = ['2 hours', '1 hour', '30 minutes'];
const inZone = 'local at time zone zone';

/**
 * The first instant at which the clock of a zone shows a local time. If the clock skips that time,
 * the instant of the change. One expression, which Postgres puts into its caller.
 */
export const firstInstant = `create or replace function runfold_internal.first_instant(local timestamp, zone text)
returns timestamptz language sql stable as $$
  select case ${setBack
    .map((time) => `${inZone} - interval '${time}'`)
    .map((earlier) => `when (${earlier}) at time zone zone = local then ${earlier}`)
    .join('\n    ')}
    else ${inZone} end
$$`;

/** How far the clock of a zone is ahead of UTC at the beginning of a quarter of an hour. */
const offsetSql = (quarter: string) => {
  const instant = `to_timestamp((${quarter}) * ${quarterMicros / 1_000_000}::float8)`;
  return `(${instant} at time zone zone - ${instant} at time zone 'UTC')`;
};

/**
 * The window of an instant in quarters of an hour since 1970: its first quarter, and the first
 * after it. A day has 23 to 25 hours, as the zone's rules say.
 */
export const budgetWindow = `create or replace function runfold_internal.budget_window(kind text, zone text, quarters integer,
  since timestamptz, at timestamptz, out window_first integer, out window_end integer)
language plpgsql stable as $$
declare
  local timestamp := at at time zone zone;
  quarter constant numeric := ${quarterMicros / 1_000_000};
  now_quarter integer := floor(extract(epoch from at) / quarter);
begin
  if kind = 'rolling' then
    window_first := now_quarter + 1 - quarters;
    window_end := now_quarter + 1;
  elsif kind = 'total' then
    window_first := floor(extract(epoch from since) / quarter);
    window_end := 2147483647;
  elsif kind = 'hour' then
    window_first := floor(extract(epoch from at - (local - date_trunc('hour', local))) / quarter);
    window_end := window_first + ${quartersAnHour};
    -- As in usage, another hour begins where the clock changes by half an hour, as on Lord Howe.
    while window_first < now_quarter and ${offsetSql('window_first')} <> ${offsetSql('now_quarter')} loop
      window_first := window_first + 1;
    end loop;
    while window_end > now_quarter + 1 and ${offsetSql('window_end - 1')} <> ${offsetSql('now_quarter')} loop
      window_end := window_end - 1;
    end loop;
  else
    window_first := floor(extract(epoch from
      runfold_internal.first_instant(date_trunc(kind, local), zone)) / quarter);
    window_end := floor(extract(epoch from
      runfold_internal.first_instant(date_trunc(kind, local) + ('1 ' || kind)::interval, zone)) / quarter);
  end if;
  window_first := greatest(window_first, floor(extract(epoch from since) / quarter)::integer);
end $$`;
