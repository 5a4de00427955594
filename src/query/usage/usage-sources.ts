import { describeValue } from '../../events/fault.js';
import { isLabelName, labelNamePhrase } from '../../events/labels.js';
import { runStatuses } from '../../events/metric-event.js';
import {
  labelUsageDayProjection,
  labelUsageHourProjection,
  labelUsageProjection,
} from '../../projections/label-usage.js';
import type { Projection } from '../../projections/language/projection.js';
import { kindOf } from '../../projections/measures/kinds.js';
import { messageMeasures } from '../../projections/measures/message-measures.js';
import { modelUsageHourProjection, modelUsageProjection } from '../../projections/model-usage.js';
import { runUsageHourProjection, runUsageProjection } from '../../projections/run-usage.js';
import {
  agentToolHourProjection,
  toolUsageHourProjection,
  toolUsageProjection,
} from '../../projections/tool-usage.js';
import {
  agentUsageHourProjection,
  userUsageDayProjection,
  userUsageMonthProjection,
  userUsageProjection,
} from '../../projections/user-usage.js';
import { InvalidQueryError } from '../query-errors.js';
import { storedSums, type UsageSum } from './usage-figures.js';

/** The dimensions by which usage can be grouped and filtered. */
export const usageDimensions = [
  'agent_id',
  'provider',
  'model',
  'tool_name',
  'team_id',
  'workflow_id',
  'user_id',
] as const;
/** One of those, or `label:` and the name of a label. */
export type UsageDimension = (typeof usageDimensions)[number] | `label:${string}`;

/** The name of the label that a dimension is; undefined for the others. */
export function labelOf(dimension: string): string | undefined {
  return dimension.startsWith('label:') ? dimension.slice('label:'.length) : undefined;
}

/** Whether rows of one value of a dimension are found by an index, wherever they are in time. */
export const hasIndex = (dimension: UsageDimension) =>
  dimension === 'user_id' || labelOf(dimension) !== undefined;

/** The SQL name of a dimension. A query uses at most one label. */
export const columnName = (dimension: UsageDimension) =>
  labelOf(dimension) === undefined ? dimension : 'label';

/** Tables that hold the same usage in units of time of different lengths. */
export interface UsageTables {
  /** The table per quarter of an hour. */
  readonly quarters: Projection;
  /** The same per month, day or hour, longest first: each is read for the units that are completely in one bucket. */
  readonly rollUps?: readonly Projection[];
}

/** Tables that usage is read from. */
export interface Part extends UsageTables {
  /** The expression of a sum over rows `t`. Defaults to the measure with the same name. */
  readonly sums?: Readonly<Record<string, string>>;
  /** The sums that are read from it. Defaults to all of them. */
  readonly only?: readonly string[];
  /** The condition for rows `t`. Defaults to all. */
  readonly where?: string;
  /** Whether it has a row for each label, the name in `t.name` and the value in `t.value`. */
  readonly isByLabel?: true;
}

/** Tables that together have all events for some dimensions. */
export interface Source {
  readonly holds: readonly UsageDimension[];
  readonly parts: readonly Part[];
}

const either = (a: string, b: string) => `coalesce(t.${a} + t.${b}, t.${a}, t.${b})`;
const runs: Part = {
  quarters: runUsageProjection,
  rollUps: [runUsageHourProjection],
  sums: {
    runs: `case when t.status <> ${runStatuses.paused} then t.runs else 0 end`,
    failed_runs: `case when t.status = ${runStatuses.error} then t.runs else 0 end`,
  },
};
const messages: Part = { quarters: modelUsageProjection, rollUps: [modelUsageHourProjection] };
const calls: Part = { quarters: toolUsageProjection, rollUps: [toolUsageHourProjection] };
/** The cost of tool calls, which have no model: with it, the groups add up to the total. */
const callCosts: Part = { ...calls, only: ['cost_nanos'], where: 't.cost_nanos is not null' };
const oneCost = { cost_nanos: either('cost_nanos', 'tool_cost_nanos') };
const users: Part = {
  quarters: userUsageProjection,
  rollUps: [userUsageMonthProjection, userUsageDayProjection],
  sums: oneCost,
};
const agents: Part = { ...users, rollUps: [agentUsageHourProjection] };
const labels: Part = {
  quarters: labelUsageProjection,
  rollUps: [labelUsageDayProjection, labelUsageHourProjection],
  sums: oneCost,
  isByLabel: true,
};
const messageSums = Object.keys(messageMeasures);
const isCount = (name: string) => userUsageProjection.measures[name as 'runs'].fold === 'count';
const isOfMessages = `coalesce(${messageSums
  .map((name) => (isCount(name) ? `nullif(t.${name}, 0)` : `t.${name}`))
  .join(', ')}, t.tool_cost_nanos) is not null`;

/** The part's totals of messages, with the cost of tool calls in the row without a model. */
const byModel = (part: Part): Part => ({ ...part, only: messageSums, where: isOfMessages });

const byAgent = ['agent_id', 'team_id', 'workflow_id'] as const;
/** Means any one label, among the dimensions of a source. */
const anyLabel = 'label:*';

/**
 * The stored groupings; the first one that fits is read. Messages, calls and runs count at the time when they
 * ended, each for the attributes that it names. A tool call has no model: by model and provider, its cost is
 * in the row without a model. By tool, only tool calls are read. By label, what does not have it is in no row.
 */
const sources: readonly Source[] = [
  { holds: [], parts: [messages, calls, runs] },
  { holds: ['provider', 'model'], parts: [messages, callCosts] },
  { holds: ['tool_name'], parts: [calls] },
  { holds: byAgent, parts: [agents] },
  { holds: [...byAgent, 'provider', 'model'], parts: [byModel(agents)] },
  {
    holds: [...byAgent, 'tool_name'],
    parts: [{ ...calls, rollUps: [agentToolHourProjection] }],
  },
  { holds: ['user_id', ...byAgent], parts: [users] },
  {
    holds: ['user_id', ...byAgent, 'provider', 'model'],
    parts: [byModel({ ...users, rollUps: [] })], // By day and month, users are kept of all models.
  },
  { holds: [anyLabel], parts: [labels] },
  { holds: [anyLabel, 'provider', 'model'], parts: [byModel(labels)] },
];

/** The largest sets of dimensions that are stored together; `label:*` is any one label. */
export const keptTogether: readonly (readonly UsageDimension[])[] = sources
  .map(({ holds }) => holds)
  .filter(
    (holds) =>
      !sources.some(
        (other) =>
          other.holds.length > holds.length && holds.every((name) => other.holds.includes(name)),
      ),
  );

/** @throws InvalidQueryError */
function checkDimension(name: UsageDimension): void {
  const label = labelOf(name);
  if (label === undefined ? columns.has(name) : isLabelName(label)) return;
  throw new InvalidQueryError(
    'group_by',
    label === undefined
      ? `any of ${usageDimensions.join(', ')}, or label: and the name of a label`
      : `behind label: ${labelNamePhrase}`,
    describeValue(name),
  );
}

const columns: ReadonlySet<string> = new Set(usageDimensions);

/** Checks names of dimensions, and finds a source that has all of them. @throws InvalidQueryError */
export function sourceOf(used: readonly UsageDimension[]): Source {
  for (const name of used) checkDimension(name);
  const known = used.map((name) => (labelOf(name) === undefined ? name : anyLabel));
  const hasOneLabel = new Set(used.flatMap((name) => labelOf(name) ?? [])).size <= 1;
  const source = sources.find(
    ({ holds }) => hasOneLabel && known.every((name) => holds.includes(name)),
  );
  if (source !== undefined) return source;
  throw new InvalidQueryError(
    'group_by',
    `dimensions and filters that are stored together: any of ${keptTogether.map((holds) => holds.join(', ')).join('; or any of ')}`,
    used.join(', '),
  );
}

/** The expression of a sum in a part; undefined if it does not have this sum. */
export function sumSql({ quarters, sums, only }: Part, name: string): string | undefined {
  if (only !== undefined && !only.includes(name)) return undefined;
  const made = sums?.[name];
  if (made !== undefined) return made;
  const measure = quarters.measures[name];
  return measure !== undefined && kindOf(measure).isAdditive ? `t.${name}` : undefined;
}

/** The stored sums of a source. */
export function sumsOf(source: Source): readonly UsageSum[] {
  return storedSums.filter(({ name }) =>
    source.parts.some((part) => sumSql(part, name) !== undefined),
  );
}
