import { labelKey } from './label-usage.js';
import { defineProjection } from './language/projection.js';
import { runProjection } from './run.js';

/** The labels of each run, to find runs and sessions by label. */
export const runLabelProjection = defineProjection({
  name: 'run_label',
  view: 'run_labels',
  doc: 'One row per run and label: its value.',
  key: { ...runProjection.key, name: labelKey.name },
  measures: {
    value: {
      fold: 'agreed_label',
      doc: 'The value. If events of the run differ, the greatest in byte order',
    },
  },
  indexes: { run_label_value: { on: ['project', 'name', 'value'] } },
});
