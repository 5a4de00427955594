import { describeValue } from '../../events/fault.js';
import { tableOf } from '../../projections/fold/fold-sql.js';
import type { Projection } from '../../projections/language/projection.js';
import { modelUsageHourProjection, modelUsageProjection } from '../../projections/model-usage.js';
import { runProjection } from '../../projections/run.js';
import { sessionProjection } from '../../projections/session.js';
import { quarterMicros } from '../../projections/time-buckets.js';
import { toolUsageHourProjection, toolUsageProjection } from '../../projections/tool-usage.js';
import { timestampSql } from '../../store/sql-units.js';
import { InvalidQueryError } from '../query-errors.js';
import { storedSums, type UsageSum } from './usage-figures.js';

/** What usage can be grouped and filtered by. */
export const usageDimensions = [
  'agent_id',
  'provider',
  'model',
  'tool_name',
  'team_id',
  'user_id',
] as const;
export type UsageDimension = (typeof usageDimensions)[number];

interface Source {
  readonly holds: readonly UsageDimension[];
  readonly projections: readonly Projection[];
}

/**
 * What is kept together; the first that will do is read. Models and tools are kept by the hour, and
 * with agents by the quarter of an hour, in which each message and call ended. Users and teams are
 * read from their sessions and runs, each counted whole where it began: a projection by user and
 * day would have almost as many rows as there are sessions, and save nothing.
 */
const sources: readonly Source[] = [
  { holds: [], projections: [modelUsageHourProjection, toolUsageHourProjection] },
  { holds: ['provider', 'model'], projections: [modelUsageHourProjection] },
  { holds: ['tool_name'], projections: [toolUsageHourProjection] },
  { holds: ['user_id'], projections: [sessionProjection] },
  { holds: ['agent_id'], projections: [modelUsageProjection, toolUsageProjection] },
  { holds: ['agent_id', 'provider', 'model'], projections: [modelUsageProjection] },
  { holds: ['agent_id', 'tool_name'], projections: [toolUsageProjection] },
  { holds: ['agent_id', 'team_id', 'user_id'], projections: [runProjection] },
];
const together = sources.filter(({ holds }) => holds.length > 1 && holds[0] === 'agent_id');

/** Checks names of dimensions, and finds what keeps all of them. @throws InvalidQueryError */
export function sourceOf(used: readonly UsageDimension[]): Source {
  const unknown = used.find((name) => !usageDimensions.includes(name));
  if (unknown !== undefined) {
    throw new InvalidQueryError(
      'group_by',
      `any of ${usageDimensions.join(', ')}`,
      describeValue(unknown),
    );
  }
  const source = sources.find(({ holds }) => used.every((name) => holds.includes(name)));
  if (source !== undefined) return source;
  throw new InvalidQueryError(
    'group_by',
    `fields that are kept together, filters included: ${together.map(({ holds }) => holds.join(', ')).join('; or ')}`,
    used.join(', '),
  );
}

/** The stored sums that a source holds. */
export function sumsOf(source: Source): readonly UsageSum[] {
  return storedSums.filter(({ name }) =>
    source.projections.some((projection) => columnOf(projection, name) !== undefined),
  );
}

function columnOf(projection: Projection, name: string): string | undefined {
  if (projection === runProjection && name === 'runs') return '1::bigint';
  const fold = projection.measures[name]?.fold;
  return fold === 'count' || fold === 'sum' || fold === 'rows' ? `t.${name}` : undefined;
}

/**
 * `select` of a source's rows by relations `calendar`, `hours` and `hour_edges`: `start`, which is
 * that of the bucket, dimensions and sums. What is kept by the hour is read by it wherever a whole
 * hour lies in one bucket, and by the quarter elsewhere.
 */
export function rowsSql(source: Source, dimensions: readonly UsageDimension[], range: Bounds) {
  return source.projections
    .flatMap((projection) => partsOf(projection, range).map((part) => ({ projection, ...part })))
    .map(({ projection, of, where }) => {
      const sums = sumsOf(source).map(
        ({ name }) => `${columnOf(projection, name) ?? 'null::bigint'} as ${name}`,
      );
      // Of runs and sessions an attribute may be null; of a key it is ''.
      const texts = dimensions.map((name) =>
        projection.key[name] === undefined ? `coalesce(t.${name}, '') as ${name}` : `t.${name}`,
      );
      return `select ${['c.start', ...texts, ...sums].join(', ')} from ${of}
        where t.project = $1 and ${where}`;
    })
    .join('\n      union all ');
}

interface Bounds {
  readonly first: string;
  readonly end: string;
}

function partsOf(projection: Projection, { first, end }: Bounds) {
  const table = `${tableOf(projection)} t`;
  if (projection.key.hour !== undefined && projection.from !== undefined) {
    return [
      {
        of: `${table} join hours c using (hour)`,
        where: `c.start is not null and t.hour between ${first} / 4 and ${end} / 4`,
      },
      {
        // An array leads to the index; of a join the planner expects the whole table.
        of: `${tableOf(projection.from)} t join hour_edges c on c.quarter = t.bucket`,
        where: 't.bucket = any(array(select quarter from hour_edges))',
      },
    ];
  }
  if (projection.key.bucket !== undefined) {
    const where = `t.bucket >= ${first} and t.bucket < ${end}`;
    return [{ of: `${table} join calendar c on c.quarter = t.bucket`, where }];
  }
  const time = timestampSql('t.started_at_us');
  const at = (quarter: string) => timestampSql(`(${quarter}::bigint * ${quarterMicros})`);
  return [
    {
      of: `${table} join calendar c on c.quarter = (t.started_at_us / ${quarterMicros})::integer`,
      where: `${time} >= ${at(first)} and ${time} < ${at(end)}`,
    },
  ];
}
