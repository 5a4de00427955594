import { textType } from '../events/columns/log-columns.js';
import { defineProjection, type KeyColumn } from './language/projection.js';
import { runProjection } from './run.js';
import { hourKey, quarterKey } from './time-buckets.js';
import { userUsageProjection } from './user-usage.js';

/** The parts of a label as key columns. */
export const labelKey = {
  name: { type: textType, label: 'name', doc: 'The name of the label' },
  value: { type: textType, label: 'value', doc: 'Its value' },
} as const satisfies Record<string, KeyColumn>;

const { provider, model } = userUsageProjection.key;

/**
 * The usage under each label, by quarter of an hour. An event counts once for each of its own
 * labels, and not at all without labels. The name comes before the time in the key, so usage by one
 * label reads no rows of other labels.
 */
export const labelUsageProjection = defineProjection({
  name: 'label_usage',
  doc: 'One row per quarter of an hour, label, value, provider and model: messages, tool calls and ended runs.',
  where: userUsageProjection.where,
  key: {
    project: runProjection.key.project,
    name: labelKey.name,
    bucket: quarterKey,
    value: labelKey.value,
    provider,
    model,
  },
  measures: userUsageProjection.measures,
  indexes: { label_usage_value: { on: ['project', 'name', 'value', 'bucket'] } },
});

/** The same by hour of UTC. */
export const labelUsageHourProjection = defineProjection({
  name: 'label_usage_hour',
  doc: 'One row per hour, label, value, provider and model: messages, tool calls and ended runs.',
  from: labelUsageProjection,
  key: {
    project: runProjection.key.project,
    name: { type: textType, doc: labelKey.name.doc },
    hour: hourKey,
    value: { type: textType, doc: labelKey.value.doc },
    provider: { type: textType, doc: provider.doc },
    model: { type: textType, doc: model.doc },
  },
  measures: userUsageProjection.measures,
  indexes: { label_usage_hour_value: { on: ['project', 'name', 'value', 'hour'] } },
});
