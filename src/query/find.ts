import type { Database } from '../postgres/database.js';
import { type ProjectOptions, prefixOf, projectOf } from './conditions.js';
import { byAll, byBytes, on } from './readers/orders.js';
import { gather } from './readers/readers.js';

/** Names that begin with a string, up to five of each kind, in byte order. */
export interface Found {
  readonly sessions: readonly string[];
  readonly runs: readonly { readonly run_id: string; readonly session_id: string }[];
  readonly users: readonly string[];
  readonly agents: readonly string[];
  readonly models: readonly string[];
  readonly tools: readonly string[];
}

const each = 5;

/** The table of each kind of name. */
const places = {
  users: ['user_id', 'session'],
  agents: ['agent_id', 'model_usage'],
  models: ['model', 'model_usage'],
  tools: ['tool_name', 'tool_usage'],
} as const;

/** Ids and names that begin with `q`, of one project. */
export async function findNames(
  database: Database,
  options: ProjectOptions & { readonly q: string },
): Promise<Found> {
  const q = prefixOf('q', options.q);
  // In byte order, the greatest character ends the range of all strings that begin with `q`.
  const values = [projectOf(options), q, `${q}\u{10ffff}`];
  const names = Object.entries(places).map(
    ([kind, [column, table]]) => `'${kind}', (select coalesce(json_agg(x.name), '[]') from (
      select distinct t.${column} as name from runfold_internal.${table} t
      where t.project = $1 and t.${column} >= $2 and t.${column} < $3 and t.${column} <> ''
      order by 1 limit ${each}) x)`,
  );
  const lists = await gather(database, options, async (reader) => {
    const [row] = await reader.query<{ found: Found }>(
      `select json_build_object(
      'sessions', (select coalesce(json_agg(x.session_id), '[]') from (
        select s.session_id from runfold_internal.session s
        where s.project = $1 and s.session_id >= $2 and s.session_id < $3
        order by s.session_id limit ${each}) x),
      'runs', (select coalesce(json_agg(x), '[]') from (
        select r.run_id, r.session_id from runfold_internal.run r
        where r.project = $1 and r.run_id >= $2 and r.run_id < $3
        order by r.run_id, r.session_id limit ${each}) x),
      ${names.join(',\n      ')}) as found`,
      values,
    );
    return row?.found ?? nothing;
  });
  const [only] = lists;
  return lists.length === 1 && only !== undefined ? only : merged(lists);
}

const nothing: Found = { sessions: [], runs: [], users: [], agents: [], models: [], tools: [] };

/** The first names of several servers. */
function merged(lists: readonly Found[]): Found {
  const names = (kind: Exclude<keyof Found, 'runs'>) =>
    [...new Set(lists.flatMap((found) => found[kind]))].sort(byBytes).slice(0, each);
  return {
    sessions: names('sessions'),
    runs: lists
      .flatMap(({ runs }) => runs)
      .sort(
        byAll(
          on((run) => run.run_id, byBytes),
          on((run) => run.session_id, byBytes),
        ),
      )
      .slice(0, each),
    users: names('users'),
    agents: names('agents'),
    models: names('models'),
    tools: names('tools'),
  };
}
