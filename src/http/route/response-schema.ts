import { z } from 'zod';
import { eventTypes, roles, runStatuses } from '../../events/metric-event.js';
import { type MetricKind, metricFields } from '../../events/metric-fields.js';
import { views } from '../../projections/views/views.js';
import { usageFigureNames } from '../../query/usage/usage-figures.js';
import { quantileNames } from '../../query/usage/usage-quantiles.js';
import { usageBuckets } from '../../query/usage/usage-range.js';
import { usageDimensions } from '../../query/usage/usage-sources.js';

/**
 * Schemas of the responses, made from the declarations of the views, so that the reference
 * and the tests know every field. A field without a type here is a string.
 */

const kinds = new Map<string, MetricKind>(metricFields.map(({ name, kind }) => [name, kind]));
const integers = new Set([
  'project',
  'sequence',
  'runs',
  'messages',
  'assistant_messages',
  'message_errors',
  'metered_messages',
  'unpriced_messages',
  'tool_calls',
  'tool_errors',
  'corrections',
]);
/** Columns that have a value in every row. */
const always = new Set([
  'project',
  'session_id',
  'run_id',
  'id',
  'type',
  'occurred_at',
  'recorded_at',
]);

const time = z.iso.datetime();
const names = <T extends Record<string, number>>(codes: T) =>
  z.enum(Object.keys(codes) as [keyof T & string, ...(keyof T & string)[]]);

function valueSchema(name: string): z.ZodType {
  if (integers.has(name) || kinds.get(name) === 'tokens') return z.int();
  switch (kinds.get(name)) {
    case 'seconds':
    case 'dollars':
      return z.number();
    case 'token_map':
      return z.record(z.string(), z.int());
    case 'json':
      return z.record(z.string(), z.unknown());
  }
  if (name === 'labels') return z.record(z.string(), z.string());
  if (name.endsWith('_at')) return time;
  if (name === 'tool_time' || name === 'run_time') return z.number();
  if (name === 'error') return z.boolean();
  if (name === 'role') return names(roles);
  if (name === 'status') return names(runStatuses);
  return name === 'type' ? names(eventTypes) : z.string();
}

function columnSchema(name: string, doc: string): z.ZodType {
  const value = valueSchema(name);
  return (always.has(name) ? value : value.nullable()).describe(doc);
}

/** A row of a view. `without` and `more` are the differences of a response to it. */
function rowSchema(view: string, more: z.ZodRawShape = {}, without: readonly string[] = []) {
  const { columns = [], doc = '' } = views.find(({ name }) => name === view) ?? {};
  const shape = columns
    .filter(({ name }) => !without.includes(name))
    .map(({ name, doc }) => [name, columnSchema(name, doc)]);
  return z.strictObject({ ...Object.fromEntries(shape), ...more }).describe(doc);
}

/** A page of a list. */
export function pageOf(item: z.ZodType) {
  return z.strictObject({
    items: z.array(item),
    next_cursor: z
      .string()
      .optional()
      .describe('Returns the next rows, with the same filters; absent at the end'),
  });
}

const corrections = z.int().describe('How many corrections the figures include');
const labels = z
  .record(z.string(), z.string())
  .nullable()
  .describe('The labels of its events. If they differ, the greatest value in byte order');
export const runSchema = rowSchema('runs', { labels }).meta({ id: 'Run' });
const root_agent_id = z.string().nullable().describe('The agent of its first run without a parent');
export const sessionSchema = rowSchema('sessions', { root_agent_id }).meta({ id: 'Session' });
export const messageSchema = rowSchema('messages', { corrections }).meta({ id: 'Message' });
export const toolCallSchema = rowSchema('tool_calls', { corrections }).meta({ id: 'ToolCall' });
export const eventRowSchema = rowSchema('events').meta({ id: 'LoggedEvent' });

const usageShape = Object.fromEntries(
  Object.entries(runSchema.shape).filter(
    ([name]) =>
      kinds.get(name) === 'tokens' ||
      (integers.has(name) && name !== 'project') ||
      ['time', 'tool_time', 'run_time', 'cost'].includes(name),
  ),
);
const usageSchema = z
  .strictObject(usageShape)
  .describe('What was done and used')
  .meta({ id: 'Usage' });

const waiting_spans = z
  .int()
  .optional()
  .describe('How many spans in its traces are waiting and in no total; absent if none');
export const readRunSchema = runSchema.extend({ waiting_spans }).meta({ id: 'ReadRun' });

/** A tree of runs. */
export const runTreeSchema: z.ZodType = z
  .strictObject({
    run: runSchema,
    self: usageSchema.describe('The figures of the run alone'),
    subtree: usageSchema.describe('The figures of the run and all runs below it'),
    get children() {
      return z
        .array(runTreeSchema)
        .describe('The runs that it delegated to, in the order of their start');
    },
    waiting_spans,
  })
  .meta({ id: 'RunTree' });

// Absent if `figures` does not name it; without `figures`, if it is not stored for the grouping and the filters.
const figure = z.number().nullable().optional();
const usageRows = z.array(
  z
    .object({
      bucket_start: time.nullable(),
      bucket_local: z.string().nullable(),
      ...Object.fromEntries(
        usageDimensions.map((name) => [name, z.string().nullable().optional()]),
      ),
      ...Object.fromEntries([...usageFigureNames, ...quantileNames].map((name) => [name, figure])),
      // Labels that are grouped by, such as `label:customer`.
    })
    .catchall(z.string()),
);
export const usageSeriesSchema = z
  .strictObject({
    from: time,
    to: time,
    bucket: z.enum(usageBuckets).nullable(),
    time_zone: z.string(),
    group_by: z.array(z.string().describe(`${usageDimensions.join(', ')}, or label:NAME`)),
    rows: usageRows,
    before: z
      .strictObject({ from: time, to: time, rows: usageRows })
      .optional()
      .describe('The range from `before_from` to `before_to`'),
  })
  .describe('Usage over time')
  .meta({ id: 'UsageSeries' });

export const faultSchema = z
  .strictObject({
    field: z.string().describe('The path of the field; empty for the whole input'),
    expected: z.string(),
    got: z.string(),
  })
  .meta({ id: 'Fault' });

export const problemSchema = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string().describe('Stable, for programs'),
    detail: z.string(),
    request_id: z.string(),
    faults: z.array(z.unknown()).optional().describe('What is wrong, field by field'),
  })
  .describe('RFC 9457')
  .meta({ id: 'Problem' });
