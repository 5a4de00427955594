create view runfold.latency_quantiles as select
  t.project as project,
  date '1970-01-01' + t.day as day,
  case when h.is_first_token then 'time_to_first_token' else case t.type when 1 then 'message' when 2 then 'tool_call' when 3 then 'run' end end as kind,
  nullif(t.provider, '') as provider,
  nullif(t.name, '') as name,
  q.events as events,
  q.p50 as p50,
  q.p90 as p90,
  q.p95 as p95,
  q.p99 as p99
from runfold_internal.latency_day t
  cross join lateral (values (t.time_levels, false), (t.first_token_levels, true)) as h(levels, is_first_token)
  cross join lateral (select max(r.total)::bigint as events,
      case (min(r.level) filter (where 100 * r.up_to >= 50 * r.total)) when 0 then 0 else power(101 / 99.0::float8, (min(r.level) filter (where 100 * r.up_to >= 50 * r.total)) - 1) * 0.99 end / 1e6 as p50,
      case (min(r.level) filter (where 100 * r.up_to >= 90 * r.total)) when 0 then 0 else power(101 / 99.0::float8, (min(r.level) filter (where 100 * r.up_to >= 90 * r.total)) - 1) * 0.99 end / 1e6 as p90,
      case (min(r.level) filter (where 100 * r.up_to >= 95 * r.total)) when 0 then 0 else power(101 / 99.0::float8, (min(r.level) filter (where 100 * r.up_to >= 95 * r.total)) - 1) * 0.99 end / 1e6 as p95,
      case (min(r.level) filter (where 100 * r.up_to >= 99 * r.total)) when 0 then 0 else power(101 / 99.0::float8, (min(r.level) filter (where 100 * r.up_to >= 99 * r.total)) - 1) * 0.99 end / 1e6 as p99
    from (select c.level, sum(c.events) over (order by c.level) as up_to, sum(c.events) over () as total
      from (select l.level, encode(substr(d.digits, length(d.digits) - 12 * l.level - 11, 12), 'escape')::bigint as events
    from (select convert_to(h.levels::text, 'UTF8') as digits offset 0) d
    cross join lateral generate_series(
      (length(d.digits) - length(rtrim(convert_from(d.digits, 'UTF8'), '0'))) / 12,
      (length(d.digits) - 1) / 12) as l(level)) c) r) q
  where h.levels is not null;

comment on view runfold.latency_quantiles is 'One row per day in UTC, kind of time and model or tool: the quantiles of the time, each within 1 %.';
comment on column runfold.latency_quantiles.project is 'The project; 1 unless projects are used';
comment on column runfold.latency_quantiles.day is 'The day in UTC';
comment on column runfold.latency_quantiles.kind is 'message, time_to_first_token, tool_call or run';
comment on column runfold.latency_quantiles.provider is 'The provider of a message';
comment on column runfold.latency_quantiles.name is 'The model of a message, the tool of a call, null for runs';
comment on column runfold.latency_quantiles.events is 'How many reported the time';
comment on column runfold.latency_quantiles.p50 is 'The time that 50 % did not exceed, in seconds';
comment on column runfold.latency_quantiles.p90 is 'The time that 90 % did not exceed, in seconds';
comment on column runfold.latency_quantiles.p95 is 'The time that 95 % did not exceed, in seconds';
comment on column runfold.latency_quantiles.p99 is 'The time that 99 % did not exceed, in seconds';
