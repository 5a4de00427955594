-- What: an hour of a budget begins where the clock of its zone changes by half an hour.
-- Why: it counted up to half an hour of the hour before or after it, on Lord Howe, unlike an hour of usage.
-- Time on a large log: none.
-- Locks: none on tables.
create or replace function runfold_internal.budget_window(kind text, zone text, quarters integer,
  since timestamptz, at timestamptz, out window_first integer, out window_end integer)
language plpgsql stable as $$
declare
  local timestamp := at at time zone zone;
  quarter constant numeric := 900;
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
    window_end := window_first + 4;
    -- As in usage, another hour begins where the clock changes by half an hour, as on Lord Howe.
    while window_first < now_quarter and (to_timestamp((window_first) * 900::float8) at time zone zone - to_timestamp((window_first) * 900::float8) at time zone 'UTC') <> (to_timestamp((now_quarter) * 900::float8) at time zone zone - to_timestamp((now_quarter) * 900::float8) at time zone 'UTC') loop
      window_first := window_first + 1;
    end loop;
    while window_end > now_quarter + 1 and (to_timestamp((window_end - 1) * 900::float8) at time zone zone - to_timestamp((window_end - 1) * 900::float8) at time zone 'UTC') <> (to_timestamp((now_quarter) * 900::float8) at time zone zone - to_timestamp((now_quarter) * 900::float8) at time zone 'UTC') loop
      window_end := window_end - 1;
    end loop;
  else
    window_first := floor(extract(epoch from
      runfold_internal.first_instant(date_trunc(kind, local), zone)) / quarter);
    window_end := floor(extract(epoch from
      runfold_internal.first_instant(date_trunc(kind, local) + ('1 ' || kind)::interval, zone)) / quarter);
  end if;
  window_first := greatest(window_first, floor(extract(epoch from since) / quarter)::integer);
end $$;
