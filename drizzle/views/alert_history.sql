create view runfold.alert_history as select
  n.project as project,
  n.id as id,
  n.rule as rule,
  n.state as state,
  nullif(n.budget, '') as budget,
  nullif(n.value, '') as value,
  nullif(n.share, 0) as share,
  (n.body->'data'->>'figure')::float8 as figure,
  n.created_at as created_at,
  d.channel as channel,
  d.attempts as attempts,
  d.delivered_at as delivered_at,
  d.fault as fault
from runfold_internal.alert_notification n
  left join runfold_internal.alert_delivery d on d.notification_id = n.id;

comment on view runfold.alert_history is 'One row per notification and channel: what fired or resolved, and whether it was delivered.';
comment on column runfold.alert_history.project is 'The project; 1 unless projects are used';
comment on column runfold.alert_history.id is 'The notification';
comment on column runfold.alert_history.rule is 'The rule';
comment on column runfold.alert_history.state is 'firing or resolved';
comment on column runfold.alert_history.budget is 'The budget, for a rule about budgets';
comment on column runfold.alert_history.value is 'The user, agent, model, tool …; null for the project';
comment on column runfold.alert_history.share is 'The share of the limit, in percent';
comment on column runfold.alert_history.figure is 'What was measured';
comment on column runfold.alert_history.created_at is 'When it was written';
comment on column runfold.alert_history.channel is 'The channel it goes to; null if the rule has none';
comment on column runfold.alert_history.attempts is 'How often it was tried';
comment on column runfold.alert_history.delivered_at is 'When it was delivered';
comment on column runfold.alert_history.fault is 'Why the last attempt failed';
