import type { Database } from '#runfold/postgres/database.js';
import type { ExpectedRow } from './captures.js';

/** Columns of the views that the captures store in microseconds or nano-dollars. */
const units: Readonly<Record<string, string>> = {
  time_us: '(time * 1000000)::bigint',
  time_to_first_token_us: '(time_to_first_token * 1000000)::bigint',
  tool_time_us: '(tool_time * 1000000)::bigint',
  run_time_us: '(run_time * 1000000)::bigint',
  started_at_us: '(extract(epoch from started_at) * 1000000)::bigint',
  ended_at_us: '(extract(epoch from ended_at) * 1000000)::bigint',
  cost_nanos: '(cost * 1000000000)::bigint',
};

const plain = [
  'messages',
  'assistant_messages',
  'message_errors',
  'metered_messages',
  'tool_calls',
  'tool_errors',
  'input_tokens',
  'output_tokens',
  'total_tokens',
  'cached_tokens',
  'cache_write_tokens',
  'reasoning_tokens',
  'input_audio_tokens',
  'output_audio_tokens',
];
const names = [
  'run_id',
  'status',
  'agent_id',
  'agent_name',
  'team_id',
  'workflow_id',
  'user_id',
  'parent_run_id',
  'model',
  'provider',
];

/** The rows of a project in `runfold.runs` and `runfold.sessions`. */
export interface ProjectRows {
  readonly runs: ExpectedRow[];
  readonly sessions: ExpectedRow[];
}

/** The rows of some projects, in the order of the projects and in the form of the captures. */
export async function readRows(
  database: Database,
  projects: readonly number[],
): Promise<ProjectRows[]> {
  const found = new Map<number, ProjectRows>(
    projects.map((project) => [project, { runs: [], sessions: [] }]),
  );
  const read = async (view: keyof ProjectRows, columns: readonly string[]) => {
    const known = await database.query<{ name: string }>(
      `select column_name as name from information_schema.columns
      where table_schema = 'runfold' and table_name = $1`,
      [view],
    );
    const isKnown = (column: string) => known.some(({ name }) => name === column);
    const figures = Object.entries(units).map(([name, sql]) => `${sql} as ${name}`);
    const rows = await database.query<Record<string, string | number | null>>(
      `select project, session_id, ${[...columns.filter(isKnown), ...figures].join(', ')}
      from runfold.${view} where project = any($1)`,
      [projects],
    );
    for (const { project, ...row } of rows) {
      const figures = Object.entries(row).map(([name, value]) => [
        name,
        typeof value === 'string' && !names.includes(name) && name !== 'session_id'
          ? Number(value)
          : value,
      ]);
      found.get(Number(project))?.[view].push(Object.fromEntries(figures));
    }
  };
  await read('runs', [...names, ...plain]);
  await read('sessions', ['runs', ...plain]);
  return projects.map((project) => found.get(project) as ProjectRows);
}
