import type { Database } from '../../postgres/database.js';
import { conditionsOn, type ProjectOptions, projectOf } from '../conditions.js';
import { byBytes, on } from '../readers/orders.js';
import { gatherRows, gatherSorted } from '../readers/readers.js';

/** The maximum number of runs in a tree. */
export const mostRuns = 10_000;

/** Names a run. */
export interface RunName extends ProjectOptions {
  readonly run_id: string;
  /** Defaults to the only session that has a run with this id. */
  readonly session_id?: string | undefined;
}

/** A run of a tree, and the session of its parent. */
export interface TreeKey {
  readonly session_id: string;
  readonly run_id: string;
  /** The root is 1. */
  readonly depth: number;
  readonly parent_session_id: string | null;
}

interface Child extends Record<string, unknown> {
  readonly session_id: string;
  readonly run_id: string;
  readonly parent_run_id: string;
  /** Whether its own session has a run with the id of its parent. */
  readonly has_own: boolean;
}

const nameOf = (session: string, run: string) => JSON.stringify([session, run]);

/**
 * The keys of a tree's runs in a store on several servers, level by level: a child may be in another session, and so on
 * another server. The rules are those of `withTreeSql`. If several sessions have the root, only these are returned.
 */
export async function readTreeKeys(
  database: Database,
  options: RunName,
  maxDepth: number,
): Promise<readonly TreeKey[]> {
  const project = projectOf(options);
  const where = conditionsOn('r', options);
  where.is('run_id', 'r.run_id', options.run_id);
  where.equal('session_id', 'r.session_id', options.session_id);
  const roots = await gatherSorted(
    database,
    options,
    { compare: on((row: { session_id: string }) => row.session_id, byBytes), limit: 11 },
    (reader) =>
      reader.query<{ session_id: string; run_id: string }>(
        `select r.session_id, r.run_id from runfold_internal.run r where ${where.sql()}
        order by r.session_id limit 11`,
        where.values,
      ),
  );
  const tree: TreeKey[] = roots.map((root) => ({ ...root, depth: 1, parent_session_id: null }));
  const [root] = tree;
  if (tree.length !== 1 || root === undefined) return tree;
  const rootName = nameOf(root.session_id, root.run_id);
  let level = tree.slice();
  while (level.length > 0 && tree.length <= mostRuns) {
    const depth = level[0]?.depth ?? 1;
    if (depth > maxDepth) break;
    const parents = new Map<string, Set<string>>();
    for (const { session_id, run_id } of level) {
      parents.set(run_id, (parents.get(run_id) ?? new Set()).add(session_id));
    }
    const children = (await readChildren(database, project, [...parents.keys()])).filter(
      (child) => nameOf(child.session_id, child.run_id) !== rootName,
    );
    const orphans = children.filter(({ has_own }) => !has_own);
    const single = await readSingle(database, project, [
      ...new Set(orphans.map(({ parent_run_id }) => parent_run_id)),
    ]);
    level = children.flatMap((child) => {
      const above = child.has_own ? child.session_id : single.get(child.parent_run_id);
      if (above === undefined || parents.get(child.parent_run_id)?.has(above) !== true) return [];
      const { session_id, run_id } = child;
      return [{ session_id, run_id, depth: depth + 1, parent_session_id: above }];
    });
    tree.push(...level);
  }
  return tree.slice(0, mostRuns + 1);
}

/** The runs with one of these parents, in any session. */
function readChildren(database: Database, project: number, ids: readonly string[]) {
  return gatherRows(database, { project }, (reader) =>
    reader.query<Child>(
      `select c.session_id, c.run_id, c.parent_run_id,
        exists (select from runfold_internal.run p where p.project = $1
          and p.session_id = c.session_id and p.run_id = c.parent_run_id) as has_own
      from runfold_internal.run c where c.project = $1 and c.parent_run_id = any($2::text[])
      limit ${mostRuns + 1}`,
      [project, ids],
    ),
  );
}

/** The session of each of these runs that only one session has. */
async function readSingle(
  database: Database,
  project: number,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await gatherRows(database, { project }, (reader) =>
    reader.query<{ run_id: string; session_id: string }>(
      `select p.run_id, p.session_id from unnest($2::text[]) as i(run_id)
      cross join lateral (select r.run_id, r.session_id from runfold_internal.run r
        where r.project = $1 and r.run_id = i.run_id collate "C" limit 2) p`,
      [project, ids],
    ),
  );
  const counts = new Map<string, number>();
  for (const { run_id } of rows) counts.set(run_id, (counts.get(run_id) ?? 0) + 1);
  return new Map(
    rows
      .filter(({ run_id }) => counts.get(run_id) === 1)
      .map(({ run_id, session_id }) => [run_id, session_id]),
  );
}
