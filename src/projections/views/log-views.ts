import { attributeFields } from '../../events/attribute-fields.js';
import { eventTypes } from '../../events/codes.js';
import {
  allEventFields,
  type EventField,
  eventFieldsOn,
  failureText,
} from '../../events/event-fields.js';
import {
  isSummable,
  type MetricField,
  metricColumn,
  metricFields,
} from '../../events/metric-fields.js';
import { codeSql, dollarsSql, secondsSql, timestampSql } from '../../store/sql-units.js';
import type { View, ViewColumn } from './view.js';

function metricViewColumn(field: MetricField): ViewColumn {
  const column = `e.${metricColumn(field)}`;
  if (!isSummable(field) || field.kind === 'tokens') {
    return { name: field.name, sql: column, doc: field.doc };
  }
  return field.kind === 'seconds'
    ? { name: field.name, sql: secondsSql(column), doc: `${field.doc}, in seconds` }
    : { name: field.name, sql: dollarsSql(column), doc: `${field.doc}, in US dollars` };
}

const metrics = metricFields.map(metricViewColumn);

const head: readonly ViewColumn[] = [
  { name: 'project', sql: 'e.project', doc: 'The project; 1 unless projects are used' },
  { name: 'session_id', sql: 'e.session_id', doc: 'The conversation' },
  { name: 'run_id', sql: 'e.run_id', doc: 'The run' },
  { name: 'id', sql: 'coalesce(e.original_id, e.id::text)', doc: 'The event, as it was sent' },
  { name: 'occurred_at', sql: timestampSql('e.occurred_at_us'), doc: 'When it ended' },
  { name: 'sequence', sql: 'e.sequence', doc: 'Its index in the run' },
];

const tail: readonly ViewColumn[] = [
  ...attributeFields.map((field) => ({
    name: field.name,
    // A cost without a source was reported with its event.
    sql:
      field.name === 'cost_source'
        ? `coalesce(e.cost_source, case when e.cost_nanos is not null then 'reported' end)`
        : `e.${field.name}`,
    doc: field.doc,
  })),
  { name: 'labels', sql: 'e.labels::json', doc: 'Your own dimensions: name → string' },
];

const end: readonly ViewColumn[] = [
  {
    name: 'corrects',
    sql: 'coalesce(e.original_corrects, e.corrects::text)',
    doc: 'The event this one adjusts; its figures are differences',
  },
  { name: 'recorded_at', sql: 'e.recorded_at', doc: 'When it was added to the log' },
];

function fieldColumns(field: EventField): readonly ViewColumn[] {
  const { name, doc } = field;
  switch (field.kind) {
    case 'text':
      return [{ name, sql: `e.${name}`, doc }];
    case 'code':
      return [{ name, sql: codeSql(`e.${name}`, field.codes), doc }];
    case 'failure':
      return [
        { name, sql: `e.${name}`, doc },
        { name: failureText(name), sql: `e.${failureText(name)}`, doc: field.textDoc },
      ];
  }
}

/** The log as views: one for messages, one for tool calls, one for every event. */
export const logViews: readonly View[] = [
  {
    name: 'messages',
    doc: 'One row per message, as it was recorded. Corrections are separate rows.',
    columns: [
      ...head,
      ...eventFieldsOn('message').flatMap(fieldColumns),
      ...tail,
      ...metrics,
      ...end,
    ],
    from: `runfold_internal.event e where e.type = ${eventTypes.message}`,
  },
  {
    name: 'tool_calls',
    doc: 'One row per tool call, as it was recorded. Corrections are separate rows.',
    columns: [
      ...head,
      ...eventFieldsOn('tool_call').flatMap(fieldColumns),
      ...tail,
      ...metrics,
      ...end,
    ],
    from: `runfold_internal.event e where e.type = ${eventTypes.tool_call}`,
  },
  {
    name: 'events',
    doc: 'The log: one row per event of any type, as it was recorded.',
    columns: [
      ...head,
      { name: 'type', sql: codeSql('e.type', eventTypes), doc: 'message, tool_call or run' },
      ...allEventFields.flatMap(fieldColumns),
      ...tail,
      ...metrics,
      ...end,
    ],
    from: 'runfold_internal.event e',
  },
];
