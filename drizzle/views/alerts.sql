create view runfold.alerts as select
  r.project as project,
  r.name as rule,
  r.kind as kind,
  nullif(s.budget, '') as budget,
  nullif(s.value, '') as value,
  nullif(s.share, 0) as share,
  s.state as state,
  s.since as since,
  case when s.window_first <> 0 then (timestamp 'epoch' + (s.window_first::bigint * 900000000) * interval '1 microsecond') at time zone 'UTC' end as window_start
from runfold_internal.alert_state s join runfold_internal.alert_rule r on r.id = s.rule_id;

comment on view runfold.alerts is 'One row per rule and value that is pending, is firing or has resolved.';
comment on column runfold.alerts.project is 'The project; 1 unless projects are used';
comment on column runfold.alerts.rule is 'The rule';
comment on column runfold.alerts.kind is 'The kind of the rule';
comment on column runfold.alerts.budget is 'The budget, for a rule about budgets';
comment on column runfold.alerts.value is 'The user, agent, model, tool …; null for the project';
comment on column runfold.alerts.share is 'The share of the limit, in percent';
comment on column runfold.alerts.state is 'pending, firing or resolved';
comment on column runfold.alerts.since is 'When it entered this state';
comment on column runfold.alerts.window_start is 'When the window of the budget began';
