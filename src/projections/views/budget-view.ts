import { timestampSql } from '../../store/sql-units.js';
import { quarterMicros } from '../time-buckets.js';
import type { View } from './view.js';

const inUnits = (amount: string) =>
  `case b.measure when 'cost' then trim_scale(${amount} / 1000000000.0) else ${amount} end`;
const held = `coalesce((select sum(h.amount) from runfold_internal.budget_hold h
    where h.budget_id = b.id and h.value = u.value and h.expires_at > now()), 0)`;

/** The use of each budget. */
export const budgetView: View = {
  name: 'budgets',
  doc: 'One row per budget and value: its use in the current window. A budget without a value has a row for every value that uses or holds some.',
  columns: [
    { name: 'project', sql: 'b.project', doc: 'The project; 1 unless projects are used' },
    { name: 'name', sql: 'b.name', doc: 'The budget' },
    { name: 'scope', sql: 'b.scope', doc: 'What is limited: the project, or a user, agent …' },
    { name: 'label', sql: 'b.label', doc: 'The name of the label if the scope is label' },
    { name: 'value', sql: "nullif(u.value, '')", doc: 'The user, agent …; null for the project' },
    {
      name: 'measure',
      sql: 'b.measure',
      doc: 'cost, in US dollars, or another measure, as a count',
    },
    { name: 'limit', sql: inUnits('b.limit_units'), doc: 'The limit' },
    { name: 'used', sql: inUnits('u.used'), doc: 'The use: the sum over the totals' },
    { name: 'held', sql: inUnits(held), doc: 'The amount held for future events' },
    {
      name: 'window_start',
      sql: timestampSql(`(w.window_first::bigint * ${quarterMicros})`),
      doc: 'When the window began',
    },
    {
      name: 'resets_at',
      sql: `case when b.window_kind <> 'total' then ${timestampSql(`(w.window_end::bigint * ${quarterMicros})`)} end`,
      doc: 'When the next window begins; null if never',
    },
    { name: 'stop', sql: 'b.stop', doc: 'Whether checks are refused above the limit' },
  ],
  from: `runfold_internal.budget b,
  lateral runfold_internal.budget_window(b.window_kind, b.time_zone, b.rolling_quarters, b.from_at, now()) w,
  lateral (
    select b.value, runfold_internal.budget_used(b.project, b.scope, b.label, b.value, b.measure, w.window_first,
      w.window_end) as used
    where b.value is not null
    union all select v.value, v.used from runfold_internal.budget_used_by_value(b.project, b.scope, b.label, b.measure,
      w.window_first, w.window_end) v where b.value is null
    union all select distinct h.value, 0::numeric from runfold_internal.budget_hold h
    where b.value is null and h.budget_id = b.id and not exists (select from runfold_internal.budget_used_by_value(
      b.project, b.scope, b.label, b.measure, w.window_first, w.window_end) v where v.value = h.value)) u`,
};
