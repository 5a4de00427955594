create view runfold.budgets as select
  b.project as project,
  b.name as name,
  b.scope as scope,
  b.label as label,
  nullif(u.value, '') as value,
  b.measure as measure,
  case b.measure when 'cost' then trim_scale(b.limit_units / 1000000000.0) else b.limit_units end as limit,
  case b.measure when 'cost' then trim_scale(u.used / 1000000000.0) else u.used end as used,
  case b.measure when 'cost' then trim_scale(coalesce((select sum(h.amount) from runfold_internal.budget_hold h
    where h.budget_id = b.id and h.value = u.value and h.expires_at > now()), 0) / 1000000000.0) else coalesce((select sum(h.amount) from runfold_internal.budget_hold h
    where h.budget_id = b.id and h.value = u.value and h.expires_at > now()), 0) end as held,
  (timestamp 'epoch' + (w.window_first::bigint * 900000000) * interval '1 microsecond') at time zone 'UTC' as window_start,
  case when b.window_kind <> 'total' then (timestamp 'epoch' + (w.window_end::bigint * 900000000) * interval '1 microsecond') at time zone 'UTC' end as resets_at,
  b.stop as stop
from runfold_internal.budget b,
  lateral runfold_internal.budget_window(b.window_kind, b.time_zone, b.rolling_quarters, b.from_at, now()) w,
  lateral (
    select b.value, runfold_internal.budget_used(b.project, b.scope, b.label, b.value, b.measure, w.window_first,
      w.window_end) as used
    where b.value is not null
    union all select v.value, v.used from runfold_internal.budget_used_by_value(b.project, b.scope, b.label, b.measure,
      w.window_first, w.window_end) v where b.value is null
    union all select distinct h.value, 0::numeric from runfold_internal.budget_hold h
    where b.value is null and h.budget_id = b.id and not exists (select from runfold_internal.budget_used_by_value(
      b.project, b.scope, b.label, b.measure, w.window_first, w.window_end) v where v.value = h.value)) u;

comment on view runfold.budgets is 'One row per budget and value: its use in the current window. A budget without a value has a row for every value that uses or holds some.';
comment on column runfold.budgets.project is 'The project; 1 unless projects are used';
comment on column runfold.budgets.name is 'The budget';
comment on column runfold.budgets.scope is 'What is limited: the project, or a user, agent …';
comment on column runfold.budgets.label is 'The name of the label if the scope is label';
comment on column runfold.budgets.value is 'The user, agent …; null for the project';
comment on column runfold.budgets.measure is 'cost, in US dollars, or another measure, as a count';
comment on column runfold.budgets.limit is 'The limit';
comment on column runfold.budgets.used is 'The use: the sum over the totals';
comment on column runfold.budgets.held is 'The amount held for future events';
comment on column runfold.budgets.window_start is 'When the window began';
comment on column runfold.budgets.resets_at is 'When the next window begins; null if never';
comment on column runfold.budgets.stop is 'Whether checks are refused above the limit';
