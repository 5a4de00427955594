import { valueCases } from './check-functions.js';

/** What is held of some values of budgets, in their order; found by its index whatever the plan was made for. */
export const budgetHeld = `create or replace function runfold_internal.budget_held(ids integer[], in_values text[],
  at timestamptz default clock_timestamp()) returns numeric[]
language plpgsql stable set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
begin
  return array(select coalesce((select sum(h.amount) from runfold_internal.budget_hold h
    where h.budget_id = n.id and h.value = n.value and h.expires_at > at), 0) from unnest(ids, in_values) n(id, value));
end $$`;

/**
 * Releases what is held under several ids. Returns the ids that had a hold.
 *
 * Each id is looked up in the index. A plan that is made while the table is empty would otherwise read all of it, also
 * once it has the rows of thousands of released holds, until a vacuum: after 7,000 of them, a release took three times as
 * long.
 */
export const releaseHolds = `create or replace function runfold_internal.release_holds(in_project integer, hold_ids text[])
returns setof text language plpgsql volatile set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
begin
  -- If the server crashes, a released hold may come back. It then expires.
  perform set_config('synchronous_commit', 'off', true);
  return query with gone as (
    delete from runfold_internal.budget_hold h where h.ctid = any(array(
      select f.ctid from unnest(hold_ids) n(id) cross join lateral (
        select o.ctid from runfold_internal.budget_hold o
        where o.project = in_project and o.hold_id = n.id and o.expires_at > clock_timestamp() offset 0) f))
    returning h.hold_id)
  select g.hold_id::text from gone g;
end $$`;

/**
 * Locks the values of several checks that would hold, until the transaction ends. They are locked in the order of their
 * keys, so that two calls cannot deadlock.
 */
export const lockBudgets = `create or replace function runfold_internal.lock_budgets(in_project integer, who text[],
  labels text[], holds text[]) returns void
language plpgsql volatile set plan_cache_mode = force_generic_plan as $$
declare
  b runfold_internal.budget;
  named text;
  key bigint;
  keys bigint[] := '{}';
  locked text;
begin
  for b in select t.* from runfold_internal.budget t where t.project = in_project and t.stop
    and t.from_at <= clock_timestamp() loop
    for i in 1 .. cardinality(holds) loop
      named := case b.scope ${valueCases} end;
      continue when holds[i] is null or named is null or named <> b.value;
      key := hashtextextended(named, b.id);
      if key <> all(keys) then
        keys := keys || key;
      end if;
    end loop;
  end loop;
  if cardinality(keys) > 1 then
    keys := array(select k from unnest(keys) k order by k);
  end if;
  foreach key in array keys loop
    -- An expression, because \`perform\` would prepare a statement.
    locked := pg_advisory_xact_lock(key)::text;
  end loop;
end $$`;
