/**
 * Returns the decision of every budget that applies to what is about to be done, and with an id
 * holds the estimate if all of them allow it. The lock of a budget's value is taken by an earlier
 * statement than the one that reads: a statement sees the store as it was when it began, so one
 * with the lock inside would see the store as it was before it waited.
 */
export const checkBudgets = `create or replace function runfold_internal.check_budgets(in_project integer, who json, estimate json,
  is_free boolean, in_hold text, hold_seconds double precision)
returns table (name text, value text, measure text, stop boolean, limit_units bigint, used numeric, held numeric,
  window_end integer, when_unknown text, allowed boolean, is_held boolean)
language plpgsql volatile as $$
#variable_conflict use_column
declare
  at timestamptz := clock_timestamp();
  one record;
begin
  if in_hold is not null then
    if current_setting('transaction_isolation') <> 'read committed' then
      raise exception 'budgets: expected the isolation level read committed, got %',
        current_setting('transaction_isolation');
    end if;
    -- The lock is kept until the commit: a hold that waited for the disk would let so many others of its value wait.
    perform set_config('synchronous_commit', 'off', true);
    for one in select b.id, w.value from runfold_internal.budget b,
        lateral runfold_internal.budget_value(b.scope, b.label, who) w(value)
      where b.project = in_project and b.stop and b.from_at <= at
        and w.value is not null and coalesce(b.value, w.value) = w.value
      order by 1, 2 loop
      perform pg_advisory_xact_lock(hashtextextended(one.value, one.id));
      delete from runfold_internal.budget_hold h where (h.project, h.hold_id, h.budget_id) in (
        select o.project, o.hold_id, o.budget_id from runfold_internal.budget_hold o
        where o.budget_id = one.id and o.value = one.value and o.expires_at <= at
        limit 100 for update skip locked);
    end loop;
    at := clock_timestamp();
  end if;
  return query with said as materialized (
    select b.id, b.name::text, w.value, b.measure, b.stop, b.limit_units, b.when_unknown, s.window_end,
      coalesce((estimate->>b.measure)::bigint, 0) as amount,
      runfold_internal.budget_used(b.project, b.scope, b.label, w.value, b.measure, s.window_first, s.window_end) as used,
      coalesce((select sum(h.amount) from runfold_internal.budget_hold h
        where h.budget_id = b.id and h.value = w.value and h.expires_at > at), 0) as held
    from runfold_internal.budget b,
      lateral runfold_internal.budget_value(b.scope, b.label, who) w(value),
      lateral runfold_internal.budget_window(b.window_kind, b.time_zone, b.rolling_quarters, b.from_at, at) s
    where b.project = in_project and b.from_at <= at and w.value is not null and coalesce(b.value, w.value) = w.value),
  judged as materialized (
    select d.*, not d.stop or (d.measure = 'cost' and is_free)
      or (d.used + d.held < d.limit_units and d.used + d.held + d.amount <= d.limit_units) as allowed
    from said d),
  holds as (
    insert into runfold_internal.budget_hold (project, hold_id, budget_id, value, amount, expires_at)
    select in_project, in_hold, j.id, j.value, j.amount, at + make_interval(secs => hold_seconds)
    from judged j
    where in_hold is not null and j.amount > 0 and (select bool_and(a.allowed) from judged a)
    returning budget_id)
  select j.name, j.value, j.measure, j.stop, j.limit_units, j.used, j.held, j.window_end, j.when_unknown, j.allowed,
    exists (select from holds h where h.budget_id = j.id)
  from judged j order by j.name;
end $$`;

/** The value that a budget of a scope uses, from what a check says about itself; null for none. */
export const budgetValue = `create or replace function runfold_internal.budget_value(scope text, label text, who json)
returns text language sql immutable as $$
  select case scope
    when 'project' then ''
    when 'label' then who->'labels'->>label
    when 'model' then who->>'model'
    else who->>(scope || '_id') end
$$`;
