import { describeValue } from '../../events/fault.js';
import type { Database } from '../../postgres/database.js';
import { conditionsOn, projectOf } from '../conditions.js';
import { type JsonRow, withUtcTimes } from '../json-rows.js';
import {
  AmbiguousRunError,
  InvalidQueryError,
  RunTreeTooDeepError,
  RunTreeTooLargeError,
} from '../query-errors.js';
import { byAll, byBytes, byNumber, byTime, on } from '../readers/orders.js';
import { gatherRows, isSpread } from '../readers/readers.js';
import { mostRuns, readTreeKeys } from '../spread/tree-keys.js';
import { waitingWith } from '../waiting/waiting-spans.js';
import { runLabelsSql } from './by-labels.js';
import { addUsage, type Usage, usageOf } from './run-usage.js';
import type { RunOptions } from './runs.js';
import type { RunTotals, WaitingIn } from './totals.js';

/** A run and the runs it delegated to. */
export interface RunTree {
  readonly run: RunTotals;
  /** The usage of the run alone. */
  readonly self: Usage;
  /** The usage of the run and all runs below it. */
  readonly subtree: Usage;
  /** The runs that it delegated to, in the order of their start. */
  readonly children: readonly RunTree[];
}

/** Which tree to read. */
export interface RunTreeOptions extends RunOptions {
  /** The maximum number of runs from the root to a leaf, 1 to 1,000. Defaults to 100. */
  readonly max_depth?: number | undefined;
}

interface Step {
  readonly waiting: number;
  readonly row: JsonRow;
  readonly depth: number;
  readonly parent_session_id: string | null;
}

/**
 * A run with all runs below it along `parent_run_id`, read in one snapshot; undefined if there is
 * no such run. The parent is the run with that id in the child's session or, if its session
 * has none, the only run with that id in another session. If several other sessions have one, the parent is unknown, and
 * the child is in no tree but its own. Every run is in the tree only once, even if a run delegates to one above it.
 * @throws AmbiguousRunError @throws RunTreeTooDeepError @throws InvalidQueryError
 * @throws RunTreeTooLargeError if there are more than 10,000 runs below it
 */
export async function getRunTree(
  database: Database,
  options: RunTreeOptions,
): Promise<(RunTree & WaitingIn) | undefined> {
  const maxDepth = options.max_depth ?? 100;
  if (!Number.isInteger(maxDepth) || maxDepth < 1 || maxDepth > 1000) {
    throw new InvalidQueryError('max_depth', 'an integer from 1 to 1000', describeValue(maxDepth));
  }
  const where = conditionsOn('r', options);
  where.is('run_id', 'r.run_id', options.run_id);
  where.equal('session_id', 'r.session_id', options.session_id);
  const waitingSpans = await waitingWith(database, options);
  const steps = (await isSpread(database))
    ? await readSpreadTree(database, options, maxDepth, waitingSpans)
    : await database.query<Step & JsonRow>(
        treeSql(withTreeSql(where.sql(), maxDepth), waitingSpans),
        where.values,
      );
  const roots = steps.filter(({ depth }) => depth === 1).map(({ row }) => runOf(row));
  const [root] = roots;
  if (root === undefined) return undefined;
  if (roots.length > 1) {
    throw new AmbiguousRunError(
      options.run_id,
      roots.map((run) => run.session_id),
    );
  }
  if (steps.length > mostRuns) throw new RunTreeTooLargeError(options.run_id, mostRuns);
  if (steps.some(({ depth }) => depth > maxDepth)) {
    throw new RunTreeTooDeepError(options.run_id, maxDepth);
  }
  const tree = treeOf(root, childrenByParent(steps));
  const waiting = steps[0]?.waiting ?? 0;
  return waiting === 0 ? tree : { ...tree, waiting_spans: waiting };
}

/**
 * `with` of the keys of a tree's runs as `tree`. Each run has at most one parent, so only the root could be reached
 * twice; it is left out below itself. So only the runs of the tree are read. With `offset 0`, Postgres looks up the
 * children of a run by their index, whatever the statistics say: a join might read the
 * whole table once per level.
 */
export function withTreeSql(root: string, maxDepth: number): string {
  const run = 'runfold_internal.run';
  return `with recursive root as materialized (
      select r.session_id, r.run_id from ${run} r where ${root} order by r.session_id limit 11),
    step as (
      select r.session_id, r.run_id, 1 as depth, null::text collate "C" as parent_session_id from root r
      union all
      select c.session_id, c.run_id, s.depth + 1, s.session_id
      from step s cross join lateral (
        select c.session_id, c.run_id from ${run} c
        where c.project = $1 and c.parent_run_id = s.run_id
          and (c.session_id, c.run_id) <> (select r.session_id, r.run_id from root r)
          and case when c.session_id = s.session_id then true
            when exists (select from ${run} p
              where p.project = $1 and p.session_id = c.session_id and p.run_id = s.run_id) then false
            else (select count(*) from (select from ${run} p
              where p.project = $1 and p.run_id = s.run_id limit 2) p) = 1 end
        offset 0) c
      where s.depth <= ${maxDepth} and (select count(*) from root) = 1),
    tree as materialized (select * from step limit ${mostRuns + 1})`;
}

/** `with` of the keys of a tree's runs as `tree`, from a parameter with their list as JSON. */
export function withKnownTreeSql(parameter: string): string {
  return `with tree as materialized (
      select k.session_id collate "C" as session_id, k.run_id collate "C" as run_id, k.depth,
        k.parent_session_id collate "C" as parent_session_id
      from json_to_recordset(${parameter}::json)
        as k(session_id text, run_id text, depth integer, parent_session_id text))`;
}

/** The runs of a tree whose runs may be on several servers, in the same order as in one statement. */
async function readSpreadTree(
  database: Database,
  options: RunTreeOptions,
  maxDepth: number,
  waiting: string,
): Promise<Step[]> {
  const keys = JSON.stringify(await readTreeKeys(database, options, maxDepth));
  const steps = await gatherRows(database, { project: options.project }, (reader) =>
    reader.query<Step & JsonRow>(treeSql(withKnownTreeSql('$2'), waiting), [
      projectOf(options),
      keys,
    ]),
  );
  const text = (name: string) => on(({ row }: Step) => String(row[name]), byBytes);
  return steps.sort(
    byAll<Step>(
      on(({ depth }) => depth, byNumber),
      on(({ row }) => row.started_at, byTime),
      text('session_id'),
      text('run_id'),
    ),
  );
}

/** `select` of the runs of a tree. */
function treeSql(tree: string, waiting: string): string {
  return `${tree}
    select row_to_json(r) as row, t.depth, t.parent_session_id, ${waiting} as waiting
    from tree t cross join lateral (select r.*, ${runLabelsSql('r')} as labels from runfold.runs r
      where r.project = $1 and r.session_id = t.session_id and r.run_id = t.run_id offset 0) r
    order by t.depth, r.started_at, r.session_id, r.run_id`;
}

const runOf = (row: JsonRow) => withUtcTimes(row) as unknown as RunTotals;
const keyOf = (session: string, run: string) => JSON.stringify([session, run]);

/** Runs by the key of their parent, each once: the first in order of depth, then start. */
function childrenByParent(steps: readonly Step[]): ReadonlyMap<string, RunTotals[]> {
  const children = new Map<string, RunTotals[]>();
  const placed = new Set<string>();
  for (const { row, parent_session_id } of steps) {
    const run = runOf(row);
    const key = keyOf(run.session_id, run.run_id);
    if (placed.has(key)) continue;
    placed.add(key);
    if (parent_session_id === null || run.parent_run_id === null) continue;
    const parent = keyOf(parent_session_id, run.parent_run_id);
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [run]);
    else siblings.push(run);
  }
  return children;
}

function treeOf(run: RunTotals, all: ReadonlyMap<string, RunTotals[]>): RunTree {
  const below = all.get(keyOf(run.session_id, run.run_id)) ?? [];
  const children = below.map((child) => treeOf(child, all));
  const self = usageOf(run);
  const subtree = children.reduce((sum, child) => addUsage(sum, child.subtree), self);
  return { run, self, subtree, children };
}
