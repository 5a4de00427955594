import { describeValue } from '../../events/fault.js';
import type { Database } from '../../postgres/database.js';
import { conditionsOn } from '../conditions.js';
import { type JsonRow, withUtcTimes } from '../json-rows.js';
import { AmbiguousRunError, InvalidQueryError, RunTreeTooDeepError } from '../query-errors.js';
import { addUsage, type Usage, usageOf } from './run-usage.js';
import type { RunOptions } from './runs.js';
import type { RunTotals } from './totals.js';

/** A run and the runs it delegated to. */
export interface RunTree {
  readonly run: RunTotals;
  /** What the run itself used. */
  readonly self: Usage;
  /** What it used together with all runs below it. */
  readonly subtree: Usage;
  /** The runs it delegated to, in order of their start. */
  readonly children: readonly RunTree[];
}

/** Which tree to read. */
export interface RunTreeOptions extends RunOptions {
  /** The most runs from the root down to a leaf, 1 to 1,000. Defaults to 100. */
  readonly max_depth?: number | undefined;
}

interface Step {
  readonly row: JsonRow;
  readonly depth: number;
  readonly parent_session_id: string | null;
}

/**
 * A run with all runs below it along `parent_run_id`, read in one snapshot; undefined when there is
 * no such run. A child belongs to the parent in its own session, or, should its session have none
 * of that id, to the one elsewhere. A run that delegates to one above it closes no circle: every
 * run stands in the tree once.
 * @throws AmbiguousRunError @throws RunTreeTooDeepError @throws InvalidQueryError
 */
export async function getRunTree(
  database: Database,
  options: RunTreeOptions,
): Promise<RunTree | undefined> {
  const maxDepth = options.max_depth ?? 100;
  if (!Number.isInteger(maxDepth) || maxDepth < 1 || maxDepth > 1000) {
    throw new InvalidQueryError(
      'max_depth',
      'a whole number from 1 to 1000',
      describeValue(maxDepth),
    );
  }
  const where = conditionsOn('r', options);
  where.equal('run_id', 'r.run_id', options.run_id);
  where.equal('session_id', 'r.session_id', options.session_id);
  const steps = await database.query<Step & JsonRow>(
    `with recursive step as (
      (select r.session_id, r.run_id, 1 as depth, null::text collate "C" as parent_session_id
        from runfold.runs r where ${where.sql()} order by r.session_id limit 11)
      union all
      select c.session_id, c.run_id, s.depth + 1, s.session_id
        from step s join runfold.runs c on c.project = $1 and c.parent_run_id = s.run_id
        where s.depth <= ${maxDepth} and (c.session_id = s.session_id or not exists (
          select from runfold.runs p
          where p.project = $1 and p.session_id = c.session_id and p.run_id = c.parent_run_id))
    ) cycle session_id, run_id set is_cycle using path
    select row_to_json(r) as row, s.depth, s.parent_session_id
    from step s join runfold.runs r
      on r.project = $1 and r.session_id = s.session_id and r.run_id = s.run_id
    where not s.is_cycle
    order by s.depth, r.started_at, r.session_id, r.run_id`,
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
  if (steps.some(({ depth }) => depth > maxDepth)) {
    throw new RunTreeTooDeepError(options.run_id, maxDepth);
  }
  return treeOf(root, childrenByParent(steps));
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
