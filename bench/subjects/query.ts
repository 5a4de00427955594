import type { Database } from '#runfold/postgres/database.js';
import { rebuild } from '#runfold/projections/rebuild/rebuild.js';
import { getUsage, type UsageOptions } from '#runfold/query/usage/get-usage.js';
import { spreadOf } from '../../harness/measure.js';
import { type BenchServers, withBenchStore } from '../bench-database.js';
import { loadLog } from '../references/copy-reference.js';
import { windowCosts } from './budget-costs.js';
import { type QueryTime, runReads } from './run-reads.js';

/** 90 days from the workload's first event; in New York the clock changes on 8 March. */
const utc = { from: '2026-01-05T00:00:00Z', to: '2026-04-05T00:00:00Z' };
const newYork = {
  from: '2026-01-05T05:00:00Z',
  to: '2026-04-05T04:00:00Z',
  time_zone: 'America/New_York',
};
/** In Kathmandu no hour begins at a full hour of UTC. */
const kathmandu = {
  from: '2026-01-04T18:15:00Z',
  to: '2026-04-04T18:15:00Z',
  time_zone: 'Asia/Kathmandu',
};
/** The whole months of all events. */
const months = {
  from: '2026-01-01T00:00:00Z',
  to: '2026-05-01T00:00:00Z',
  bucket: 'month',
} as const;
const byModel = { group_by: ['model'], quantiles: false } as const;

const queries: readonly (UsageOptions & { readonly name: string })[] = [
  { name: 'daily by model', ...utc, bucket: 'day', ...byModel },
  { name: 'daily by model, New York', ...newYork, bucket: 'day', ...byModel },
  { name: 'daily by model, quantiles too', ...utc, bucket: 'day', group_by: ['model'] },
  {
    name: 'daily by model, quantiles, New York',
    ...newYork,
    bucket: 'day',
    group_by: ['model'],
  },
  { name: 'p95 by model', ...utc, group_by: ['model'], order_by: 'time_p95' },
  { name: 'p95 by tool', ...utc, group_by: ['tool_name'], order_by: 'tool_time_p95' },
  { name: 'top 10 users', ...utc, group_by: ['user_id'], top: 10 },
  { name: 'cost by user and month', ...months, group_by: ['user_id'], figures: ['cost'] },
  { name: 'all figures by user and month', ...months, group_by: ['user_id'], quantiles: false },
  {
    name: 'cost by user and month, 90 days',
    ...utc,
    bucket: 'month',
    group_by: ['user_id'],
    figures: ['cost'],
  },
  {
    name: 'cost by user and month, New York',
    ...newYork,
    bucket: 'month',
    group_by: ['user_id'],
    figures: ['cost'],
  },
  {
    name: 'all figures by user and month, New York',
    ...newYork,
    bucket: 'month',
    group_by: ['user_id'],
    quantiles: false,
  },
  {
    name: 'cost by user and month, Kathmandu',
    ...kathmandu,
    bucket: 'month',
    group_by: ['user_id'],
    figures: ['cost'],
  },
  {
    name: 'cost by user, model and month',
    ...months,
    group_by: ['user_id', 'model'],
    figures: ['cost'],
  },
  { name: 'cost by label and month', ...months, group_by: ['label:feature'], figures: ['cost'] },
  {
    name: 'cost by label and month, Kathmandu',
    ...kathmandu,
    bucket: 'month',
    group_by: ['label:feature'],
    figures: ['cost'],
  },
  { name: 'cost by model and month', ...months, group_by: ['model'], figures: ['cost'] },
  {
    name: 'cost by label, model and month',
    ...months,
    group_by: ['label:feature', 'model'],
    figures: ['cost'],
  },
];

/** The same results from the raw events. */
const raw: readonly { readonly name: string; readonly sql: string }[] = [
  {
    name: 'daily by model',
    sql: `select date_trunc('day', occurred_at), model, count(*), sum(input_tokens), sum(output_tokens),
        sum(cached_tokens), sum(reasoning_tokens), sum(total_tokens), sum(time), sum(cost)
      from runfold.messages where role = 'assistant' and occurred_at >= '${utc.from}'
        and occurred_at < '${utc.to}' group by 1, 2 order by 1, 2`,
  },
  {
    name: 'p95 by model',
    sql: `select model, percentile_disc(array[0.5, 0.9, 0.95, 0.99]) within group (order by time)
      from runfold.messages where role = 'assistant' and occurred_at >= '${utc.from}'
        and occurred_at < '${utc.to}' group by 1`,
  },
];

/** The number of events in 92 days if runs of half a minute follow one another. */
const oneAtATime = 2_000_000;
/** How often each is read, and how many runs are read one by one. */
const most = { times: 15, runs: 500, windows: 200 };
/** In a small log, which nobody measures, fewer: only to see that every read has a result. */
const readsOf = (events: number) => ({
  times: Math.min(most.times, Math.ceil(events / 100_000)),
  runs: Math.min(most.runs, Math.ceil(events / 100)),
  windows: Math.min(most.windows, Math.ceil(events / 1_000)),
});

/**
 * How long it takes to read usage over 90 days, and the same from the raw events; medians of
 * several times. Then how long it takes to read one run.
 */
export function queryTimes(servers: BenchServers, events: number): Promise<readonly QueryTime[]> {
  const { times, runs, windows } = readsOf(events);
  return withBenchStore(servers, async (store) => {
    const { database } = store;
    // More events mean more concurrent runs, never more days. All of them are in the past.
    await loadLog(database, events, {
      concurrentRuns: Math.ceil(events / oneAtATime),
      labelValues: 97,
    });
    await rebuild(database);
    await database.query('vacuum analyze');
    const found: QueryTime[] = [];
    for (const { name, ...options } of queries) {
      const value = await median(times, () => getUsage(database, options));
      found.push({ name, unit: 'ms', value });
    }
    for (const { name, sql } of raw) {
      const value = await median(Math.min(3, times), () => database.query(sql));
      found.push({ name: `${name}, from raw events`, unit: 'ms', value });
    }
    for (const { name, us } of await windowCosts(store.env.DATABASE_URL ?? '', windows)) {
      found.push({
        name: `CPU of Postgres for a month of a budget, one ${name}`,
        unit: 'ms',
        value: us / 1_000,
      });
    }
    return [...found, ...(await runReads(store, runs)), ...(await sizes(database))];
  });
}

async function median(times: number, read: () => Promise<unknown>): Promise<number> {
  const taken: number[] = [];
  for (let time = 0; time < times; time++) {
    const started = performance.now();
    await read();
    taken.push(performance.now() - started);
  }
  return spreadOf(taken).median;
}

async function sizes(database: Database): Promise<QueryTime[]> {
  const rows = await database.query<{ name: string; mb: number }>(
    `select relname as name, pg_total_relation_size(relid) / 1e6 as mb from pg_stat_user_tables
    where schemaname = 'runfold_internal' and relname ~ '^(event|model_usage|tool_usage|user_usage|label_usage|run_usage|latency)'
    order by 1`,
  );
  return rows.map(({ name, mb }) => ({ name: `size of ${name}`, unit: 'MB', value: Number(mb) }));
}
