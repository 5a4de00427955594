create view runfold.run_labels as select
  t.project as project,
  t.session_id as session_id,
  t.run_id as run_id,
  t.name as name,
  t.value as value
from runfold_internal.run_label t;

comment on view runfold.run_labels is 'One row per run and label: its value.';
comment on column runfold.run_labels.project is 'The project; 1 unless projects are used';
comment on column runfold.run_labels.session_id is 'The conversation';
comment on column runfold.run_labels.run_id is 'The run';
comment on column runfold.run_labels.name is 'The name of the label';
comment on column runfold.run_labels.value is 'The value. If events of the run differ, the greatest in byte order';
