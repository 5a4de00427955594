import { textType } from '../events/columns/log-columns.js';
import { defineProjection, type KeyColumn } from './language/projection.js';
import { inReadOrder } from './measures/read-order.js';
import { runProjection } from './run.js';
import { dayOfHourKey, hourKey, quarterKey } from './time-buckets.js';
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

const byUnit = {
  value: { type: textType, doc: labelKey.value.doc },
  provider: { type: textType, doc: provider.doc },
  model: { type: textType, doc: model.doc },
} as const;
const { project } = runProjection.key;
const name = { type: textType, doc: labelKey.name.doc } as const;

/** The same by hour of UTC. */
export const labelUsageHourProjection = defineProjection({
  name: 'label_usage_hour',
  doc: 'One row per hour, label, value, provider and model: messages, tool calls and ended runs.',
  from: labelUsageProjection,
  key: { project, name, hour: hourKey, ...byUnit },
  measures: userUsageProjection.measures,
  indexes: { label_usage_hour_value: { on: ['project', 'name', 'value', 'hour'] } },
});

/** The same by the day of UTC: a label has more values than an hour uses, so that hours have almost as many rows as quarters. */
export const labelUsageDayProjection = defineProjection({
  name: 'label_usage_day',
  doc: 'One row per day of UTC, label, value, provider and model: messages, tool calls and ended runs.',
  from: labelUsageHourProjection,
  key: { project, name, day: dayOfHourKey, ...byUnit },
  measures: inReadOrder(userUsageProjection.measures),
  indexes: { label_usage_day_value: { on: ['project', 'name', 'value', 'day'] } },
});
