import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { metricFields } from '#runfold/events/metric-fields.js';
import { logFormats } from '#runfold/ingest/formats/log-formats.js';
import { type FoundLog, findLogs } from '#runfold/logs/files/find-logs.js';
import { type IngestLogsOptions, ingestLogs } from '#runfold/logs/ingest-logs.js';
import type { LogStore } from '#runfold/logs/log-batch.js';
import { openCounts } from '#runfold/logs/log-summary.js';
import { getUsage } from '#runfold/query/usage/get-usage.js';

/** The folder of the fixtures. */
export const fixtures = join(fileURLToPath(new URL('.', import.meta.url)), 'fixtures');

type Figures = Readonly<Record<string, number | string | boolean | null | undefined>>;

/** The expected result of a case. */
export interface LogCase {
  readonly format: string;
  readonly path: string;
  readonly total: Figures;
  readonly days: Readonly<Record<string, readonly Figures[]>>;
  readonly sessions: readonly Figures[];
  readonly messages: readonly Figures[];
  readonly tool_calls: readonly Figures[];
  readonly faults?: readonly { file: string; line: number; field: string }[];
  readonly runs?: Readonly<Record<string, { messages: number; parent?: string }>>;
  readonly run_status?: Readonly<Record<string, string>>;
  readonly failed_calls?: readonly Figures[];
  readonly blocks_5h?: readonly Figures[];
}

const known = new Set(logFormats.map(({ name }) => name));

/** The cases of the existing formats, by name. */
export const logCases: readonly (readonly [string, LogCase])[] = Object.entries(
  JSON.parse(readFileSync(join(fixtures, 'expected.json'), 'utf8')).cases as Record<
    string,
    LogCase
  >,
).filter(([, { format }]) => known.has(format));

/** The case with a name. */
export function logCase(name: string): LogCase {
  const found = logCases.find(([one]) => one === name);
  if (found === undefined) throw new Error(`Expected a case ${name}.`);
  return found[1];
}

/** A reported fault. */
export interface ReportedFault {
  readonly path: string;
  readonly line: number;
  readonly text: string;
}

/** The logs at a path, in any order. */
export async function logsAt(
  format: string,
  ...paths: readonly string[]
): Promise<readonly FoundLog[]> {
  const found = logFormats.find(({ name }) => name === format);
  if (found === undefined) throw new Error(`Expected a format ${format}.`);
  const faults: string[] = [];
  const logs = await findLogs(
    paths.map((path) => ({ path, format: found })),
    (path, text) => faults.push(`${path}: ${text}`),
  );
  expect(faults).toEqual([]);
  return logs;
}

/** Reads logs, waits until everything is folded, and returns the counts and the faults. */
export async function ingest(
  store: LogStore,
  logs: readonly FoundLog[],
  options: Partial<IngestLogsOptions> = {},
) {
  const counts = openCounts();
  const faults: ReportedFault[] = [];
  await ingestLogs(
    logs,
    {
      store,
      signal: new AbortController().signal,
      onFault: (path, line, text) => faults.push({ path, line, text }),
      ...options,
    },
    counts,
  );
  await store.folded();
  return { counts, faults };
}

/** Figures that the store sums, except those that this build does not know yet. */
export const figures = [
  'input_tokens',
  'cached_tokens',
  'cache_write_tokens',
  'cache_write_1h_tokens',
  'output_tokens',
  'reasoning_tokens',
].filter((figure) => metricFields.some(({ name }) => name === figure));

/** A figure that is not reported adds nothing. */
const pick = (row: Figures, names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, row[name] ?? 0]));

const round = (dollars: unknown) => Math.round(Number(dollars ?? 0) * 1e7) / 1e7;

/** The messages of a project with their corrections added, as a case lists them. */
export async function storedMessages({ database, project }: LogStore): Promise<Figures[]> {
  const sums = figures.map((name) => `sum(${name})::integer as ${name}`).join(', ');
  const rows = await database.query<Record<string, string | number | null>>(
    `select session_id, min(coalesce(original_corrects, original_id, corrects::text, id::text)) as id,
      min(model) as model, min(agent_id) as agent_id, min(user_id) as user_id, min(run_id) as run_id,
      min(occurred_at_us)::double precision as at,
      ${sums}, sum(cost_nanos)::double precision / 1e9 as cost,
      sum(time_us)::double precision / 1e6 as time, count(distinct occurred_at_us)::integer as times
    from runfold_internal.event
    where project = $1 and type = 1
    group by session_id, coalesce(corrects, id)`,
    [project],
  );
  return rows;
}

/** Checks that a project has exactly what a case lists. */
export async function expectCase(store: LogStore, expected: LogCase): Promise<void> {
  await expectCases(store, [expected]);
}

const byText = (a: unknown, b: unknown) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

/** Checks that a project has exactly what several cases list, added together. */
export async function expectCases(store: LogStore, cases: readonly LogCase[]): Promise<void> {
  const { database, project } = store;
  const messageOf = (row: Figures, at: number) => ({
    session_id: row.session_id,
    at,
    model: row.model ?? null,
    ...pick(row, figures),
  });
  const failed = new Set(
    cases.flatMap(({ failed_calls = [] }) => failed_calls.map(({ id }) => id)),
  );
  const all = await storedMessages(store);
  const stored = all.filter(({ id }) => !failed.has(id));
  expect(all.length - stored.length).toBe(failed.size);
  const wanted = cases.flatMap(({ messages }) => messages);
  expect(stored.map((row) => messageOf(row, Number(row.at))).sort(byText)).toEqual(
    wanted.map((row) => messageOf(row, Date.parse(String(row.occurred_at)) * 1000)).sort(byText),
  );
  expect(stored.every(({ times }) => times === 1)).toBe(true);

  const calls = await database.query<Record<string, string | number | boolean | null>>(
    `select session_id, tool_call_id as id, tool_name, error, time_us::double precision / 1e6 as time
    from runfold_internal.event where project = $1 and type = 2`,
    [project],
  );
  const callOf = (row: Figures) => ({
    session_id: row.session_id,
    id: row.id,
    tool_name: row.tool_name,
    error: row.error,
    time: row.time ?? null,
  });
  expect(calls.map(callOf).sort(byText)).toEqual(
    cases.flatMap(({ tool_calls }) => tool_calls.map(callOf)).sort(byText),
  );

  for (const zone of new Set(cases.flatMap(({ days }) => Object.keys(days)))) {
    const dates = cases.flatMap(({ days }) => (days[zone] ?? []).map(({ day }) => String(day)));
    dates.sort();
    const { rows } = await getUsage(database, {
      project,
      from: new Date(Date.parse(dates[0] ?? '') - 86_400_000).toISOString(),
      to: new Date(Date.parse(dates.at(-1) ?? '') + 2 * 86_400_000).toISOString(),
      bucket: 'day',
      time_zone: zone,
      group_by: ['model'],
      fill: false,
      quantiles: false,
    });
    const dayOf = (row: Figures, day: string) => ({
      day,
      model: row.model ?? null,
      ...pick(row, ['input_tokens', 'output_tokens']),
    });
    const ofZone = cases.map(({ days }) => days[zone]);
    // All cases have their days in UTC. Only one has other zones.
    if (!ofZone.every((days) => days !== undefined)) continue;
    expect(
      rows
        .filter((row) => (row.assistant_messages ?? 0) > 0 && (row.total_tokens ?? 0) > 0)
        .map((row) => dayOf(row as unknown as Figures, String(row.bucket_local).slice(0, 10)))
        .sort(byText),
    ).toEqual(
      addUp(
        ofZone
          .flatMap((days) => days ?? [])
          .filter(({ total_tokens }) => Number(total_tokens) > 0)
          .map((row) => dayOf(row, String(row.day))),
      ).sort(byText),
    );
  }
  const [total] = await database.query<{ cost: number; tokens: number }>(
    `select coalesce(sum(cost_nanos), 0)::double precision / 1e9 as cost,
      coalesce(sum(total_tokens), 0)::integer as tokens
    from runfold_internal.session where project = $1`,
    [project],
  );
  expect(total?.tokens).toBe(cases.reduce((sum, { total }) => sum + Number(total.total_tokens), 0));
  if (figures.includes('cache_write_1h_tokens')) {
    const cost = wanted.reduce(
      (sum, row) => sum + Number(row.reported_cost ?? row.priced_cost ?? 0),
      0,
    );
    expect(round(total?.cost)).toBe(round(cost));
  }
}

/** Merges rows of one day and model. */
function addUp<T extends { day: string; model: unknown }>(rows: readonly T[]): T[] {
  const sums = new Map<string, Record<string, unknown>>();
  for (const row of rows) {
    const key = JSON.stringify([row.day, row.model]);
    const before = sums.get(key);
    sums.set(
      key,
      before === undefined
        ? row
        : Object.fromEntries(
            Object.entries(row).map(([name, value]) => [
              name,
              typeof value === 'number' ? value + Number(before[name]) : value,
            ]),
          ),
    );
  }
  return [...sums.values()] as T[];
}

/** How many events a project has in the log. */
export async function countEvents({ database, project }: LogStore): Promise<number> {
  const [row] = await database.query<{ events: number }>(
    'select count(*)::integer as events from runfold_internal.event where project = $1',
    [project],
  );
  return row?.events ?? 0;
}
