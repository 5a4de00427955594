import type { Database } from '../../postgres/database.js';
import { quarterMicros } from '../../projections/time-buckets.js';
import { getUsage } from '../../query/usage/get-usage.js';
import type { Reading, StoredRule } from './reading.js';

/** The sources of conditions. */
export interface ConditionSources {
  readonly database: Database;
  /** How long the oldest job has waited, in seconds; undefined if unknown. */
  readonly queueLag: () => Promise<number | undefined>;
}

type Found = Pick<Reading, 'value' | 'figure'> & {
  readonly limit?: number;
  readonly is_over: boolean;
};
const ofNoBudget = { budget: '', window_first: 0, share: 0, changed_us: 0 } as const;
const measures: Readonly<Record<string, string>> = {
  unpriced: 'unpriced_messages',
  silence: 'events',
};

/** Reads the rules that are not about budgets. Also returns those that cannot be read now. */
export async function readConditions(
  sources: ConditionSources,
  rules: readonly StoredRule[],
): Promise<{
  readonly readings: readonly Reading[];
  readonly unread: readonly StoredRule[];
  readonly faults: readonly unknown[];
}> {
  const readings: Reading[] = [];
  const unread: StoredRule[] = [];
  const faults: unknown[] = [];
  for (const rule of rules) {
    if (rule.kind === 'budget') continue;
    const read = readers[rule.kind];
    if (read === undefined) continue;
    const limit = Number(rule.settings.above ?? 0);
    const measure = measures[rule.kind] ?? rule.kind;
    try {
      const found = await read(sources, rule);
      if (found === undefined) unread.push(rule);
      for (const one of found ?? []) {
        readings.push({ rule, ...ofNoBudget, measure, limit, ...one });
      }
    } catch (error) {
      // If one rule cannot be read, the others are still evaluated.
      unread.push(rule);
      faults.push(error);
    }
  }
  return { readings, unread, faults };
}

type Reader = (
  sources: ConditionSources,
  rule: StoredRule,
) => Promise<readonly Found[] | undefined>;

const quarterNow = () => Math.floor((Date.now() * 1000) / quarterMicros);
/** The first quarter of an hour of a window that ends now. */
const firstOf = (minutes: unknown) => quarterNow() + 1 - Math.ceil(Number(minutes) / 15);
const timeOf = (quarter: number) => new Date((quarter * quarterMicros) / 1000).toISOString();

const errorSources = {
  model: ['model_usage', 'model', 't.message_errors', 't.assistant_messages'],
  tool: ['tool_usage', 'tool_name', 't.tool_errors', 't.tool_calls'],
  agent: [
    'run_usage',
    'agent_id',
    'case when t.status = 3 then t.runs else 0 end',
    'case when t.status <> 1 then t.runs else 0 end',
  ],
} as const;

const readers: Readonly<Record<string, Reader>> = {
  async error_rate({ database }, { project, settings }) {
    const [table, column, errors, all] = errorSources[settings.of as keyof typeof errorSources];
    const rows = await database.query<{ value: string; errors: number; all: number }>(
      `select t.${column}::text as value, sum(${errors})::float8 as errors, sum(${all})::float8 as all
      from runfold_internal.${table} t
      where t.project = $1 and t.bucket >= $2 and t.${column} <> '' and ($3::text is null or t.${column} = $3)
      group by 1`,
      [project, firstOf(settings.window_minutes), settings.value ?? null],
    );
    return rows.map(({ value, errors: failed, all: total }) => ({
      value,
      figure: total === 0 ? 0 : failed / total,
      is_over: total >= Number(settings.least) && failed / total > Number(settings.above),
    }));
  },

  async slow({ database }, { project, settings }) {
    const name = settings.of === 'tool' ? 'tool_name' : 'model';
    const figure = settings.of === 'tool' ? 'tool_time_p95' : `${String(settings.figure)}_p95`;
    const counted = settings.of === 'tool' ? 'tool_calls' : 'assistant_messages';
    const { rows } = await getUsage(database, {
      project,
      from: timeOf(firstOf(settings.window_minutes)),
      group_by: [name],
      filters: { [name]: settings.value as string | undefined },
      figures: [figure as 'time_p95', counted],
      fill: false,
    });
    return rows.flatMap((row) => {
      const value = row[name];
      const seconds = (row as unknown as Record<string, number | null>)[figure];
      if (value === null || value === undefined || seconds === null || seconds === undefined)
        return [];
      const isEnough = (row[counted] ?? 0) >= Number(settings.least);
      return [{ value, figure: seconds, is_over: isEnough && seconds > Number(settings.above) }];
    });
  },

  async cost_growth({ database }, { project, settings }) {
    const first = firstOf(settings.window_minutes);
    const costIn = async (from: number, end: number) => {
      const [row] = await database.query<{ cost: number }>(
        `select (runfold_internal.budget_used($1, 'project', null, '', 'cost', $2, $3) / 1000000000)::float8 as cost`,
        [project, from, end],
      );
      return row?.cost ?? 0;
    };
    const week = 7 * 96;
    const [now, before] = [
      await costIn(first, quarterNow() + 1),
      await costIn(first - week, quarterNow() + 1 - week),
    ];
    const times = before === 0 ? 0 : now / before;
    const isMuch = now >= Number(settings.least_dollars);
    return [{ value: '', figure: times, is_over: isMuch && times > Number(settings.above) }];
  },

  async silence({ database }, { project, settings }) {
    const quarters = Math.ceil(Number(settings.minutes) / 15);
    // Citus cannot pass on rows without a column.
    const exists = ['model_usage', 'tool_usage', 'run_usage'].map(
      (table) => `exists (select 1 from runfold_internal.${table} t where t.project = $1
        and t.bucket = any($3) and t.agent_id = $2)`,
    );
    const recent = Array.from({ length: quarters + 1 }, (_, back) => quarterNow() - back);
    const [row] = await database.query<{ is_heard: boolean }>(
      `select ${exists.join(' or ')} as is_heard`,
      [project, settings.agent_id, recent],
    );
    const isHeard = row?.is_heard === true;
    const value = String(settings.agent_id);
    return [{ value, figure: isHeard ? 1 : 0, limit: 1, is_over: !isHeard }];
  },

  async unpriced({ database }, { project, settings }) {
    const rows = await database.query<{ value: string; figure: number }>(
      `select t.model::text as value, sum(t.unpriced_messages)::float8 as figure from runfold_internal.model_usage t
      where t.project = $1 and t.bucket >= $2 and t.model <> '' group by 1 having sum(t.unpriced_messages) > 0`,
      [project, firstOf(settings.window_minutes)],
    );
    return rows.map((row) => ({ ...row, is_over: true }));
  },

  async rejects({ database }, { project, settings }) {
    const [row] = await database.query<{ rejects: number }>(
      `select count(*)::float8 as rejects from runfold_internal.rejected_event
      where project = $1 and received_at >= now() - make_interval(mins => $2)`,
      [project, settings.window_minutes],
    );
    const figure = row?.rejects ?? 0;
    return [{ value: '', figure, is_over: figure > Number(settings.above) }];
  },

  async queue_lag({ queueLag }, { settings }) {
    const figure = await queueLag();
    if (figure === undefined) return undefined;
    return [{ value: '', figure, is_over: figure > Number(settings.above) }];
  },
};
