import type { Labels } from '../../events/labels.js';
import type { Role } from '../../events/metric-event.js';
import { metricFields } from '../../events/metric-fields.js';
import type { Database } from '../../postgres/database.js';
import { timestampSql } from '../../store/sql-units.js';
import { type Conditions, conditionsOn, microsOf } from '../conditions.js';
import { readRows } from '../json-rows.js';
import { type CorrectableView, correctedRowsSql, isShownSql } from '../log/corrected-rows.js';
import { logRowsSql } from '../log/log-rows.js';
import { type Page, type PageOptions, readPage } from '../page.js';
import { RunTreeTooDeepError, RunTreeTooLargeError } from '../query-errors.js';
import { byAll, byBytes, byNumber, on } from '../readers/orders.js';
import { gather, isSpread } from '../readers/readers.js';
import { mostRuns, readTreeKeys } from '../spread/tree-keys.js';
import { withKnownTreeSql, withTreeSql } from '../totals/run-tree.js';
import { getRun, type RunOptions } from '../totals/runs.js';

/** A message or a tool call of a run, or of a run below it, with its corrections added to its figures. */
export interface RunStep {
  readonly type: 'message' | 'tool_call';
  /** As it was sent; unique within the session. */
  readonly id: string;
  readonly session_id: string;
  readonly run_id: string;
  /** The level of its run below the requested run, which is 0. */
  readonly depth: number;
  readonly agent_id: string | null;
  /** The model or the tool; the role of a message without a model. */
  readonly name: string;
  /** Null for tool calls. */
  readonly role: Role | null;
  /** Whether it failed; null if its event does not say. */
  readonly error: boolean | null;
  readonly error_text: string | null;
  /** RFC 3339 in UTC to the microsecond: when it ended, minus the time that it took. */
  readonly started_at: string;
  readonly ended_at: string;
  readonly sequence: number | null;
  /** Seconds. */
  readonly time: number | null;
  readonly time_to_first_token: number | null;
  readonly input_tokens: number | null;
  readonly cached_tokens: number | null;
  readonly output_tokens: number | null;
  readonly reasoning_tokens: number | null;
  readonly total_tokens: number | null;
  /** US dollars. */
  readonly cost: number | null;
  readonly cost_source: string | null;
  readonly labels: Labels | null;
  /** How many corrections its figures include. */
  readonly corrections: number;
}

/** Which steps to list, and how many. */
export interface ListRunStepsOptions extends RunOptions, PageOptions {
  /** Whether to include the steps of the runs below it. Defaults to true. */
  readonly subtree?: boolean | undefined;
}

const mostLevels = 1_000;
const figures = ['time', 'time_to_first_token', 'input_tokens', 'cached_tokens', 'output_tokens']
  .concat('reasoning_tokens', 'total_tokens', 'cost')
  .filter((name) => metricFields.some((field) => field.name === name));

/** Each kind of step: its view and its name. */
const kinds: readonly {
  readonly type: RunStep['type'];
  readonly view: CorrectableView;
  readonly name: string;
  readonly role: string;
}[] = [
  {
    type: 'message',
    view: 'messages',
    name: `case when c.role = 'assistant' then coalesce(c.model, c.role) else c.role end`,
    role: 'c.role',
  },
  { type: 'tool_call', view: 'tool_calls', name: 'c.tool_name', role: 'null' },
];

/**
 * The steps of a run and of all runs below it, in the order in which they began: messages and tool calls in one list.
 * Undefined if there is no such run. A page reads all of their events, and adds corrections to
 * those that it shows.
 * @throws AmbiguousRunError @throws RunTreeTooLargeError @throws RunTreeTooDeepError
 * @throws InvalidQueryError @throws InvalidCursorError
 */
export async function listRunSteps(
  database: Database,
  options: ListRunStepsOptions,
): Promise<Page<RunStep> | undefined> {
  const run = await getRun(database, options);
  if (run === undefined) return undefined;
  const { session_id, run_id, project } = run;
  const { subtree = true } = options;
  const read = async (key: readonly (string | number)[] | undefined, limit: number) => {
    const where = conditionsOn('r', { project });
    const depth = subtree ? mostLevels : 0;
    let tree: string;
    if (await isSpread(database)) {
      const keys = await readTreeKeys(database, run, depth);
      tree = withKnownTreeSql(where.parameter(JSON.stringify(keys)));
    } else {
      where.is('run_id', 'r.run_id', run_id);
      where.equal('session_id', 'r.session_id', session_id);
      // Without the runs below, the tree is just its root.
      tree = withTreeSql(where.sql(), depth);
    }
    const after = key === undefined ? '' : `and ${afterSql(where, key)}`;
    const parts = kinds.map(({ type, view, name, role }) => {
      const page = `${view}_page`;
      return {
        page: `${page} as materialized (
          select e.*, t.depth from tree t cross join lateral (
            select e.*, e.occurred_at_us - coalesce(e.time * 1000000, 0)::bigint as start_us
            from ${logRowsSql(view)} e
            where e.project = $1 and e.session_id = t.session_id and e.run_id = t.run_id
              and ${isShownSql(view, 'e')} offset 0) e
          where true ${after}
          order by e.start_us, e.occurred_at_us, e.session_id, e.id collate "C" limit ${limit})`,
        rows: `select '${type}' as type, c.id, c.session_id, c.run_id, p.depth - 1 as depth, c.agent_id,
            ${name} as name, ${role}::text as role, c.error, c.error_text,
            ${timestampSql('p.start_us')} as started_at, c.occurred_at as ended_at, c.sequence,
            ${figures.map((figure) => `c.${figure}`).join(', ')}, c.cost_source, c.labels, c.corrections,
            p.start_us, p.occurred_at_us
          from (${correctedRowsSql(view, page)}) c
            join ${page} p on p.session_id = c.session_id and p.id = c.id`,
      };
    });
    const text = `${tree}, ${parts.map(({ page }) => page).join(', ')}
      select (row_to_json(x)::jsonb - 'start_us' - 'occurred_at_us')::json as row from (
        select s.*, n.runs, n.levels
        from (${parts.map((part) => `(${part.rows})`).join(' union all ')}) s
          cross join (select count(*) as runs, max(depth) as levels from tree) n
        order by s.start_us, s.occurred_at_us, s.session_id, s.id collate "C" limit ${limit}) x
      order by x.start_us, x.occurred_at_us, x.session_id, x.id collate "C"`;
    const lists = await gather(
      database,
      { project, session_id: subtree ? undefined : session_id },
      (reader) => readRows<Placed>(reader, text, where.values),
    );
    const rows = lists.length === 1 ? (lists[0] ?? []) : lists.flat().sort(byPlace).slice(0, limit);
    const [first] = rows;
    if (first !== undefined && subtree) {
      if (first.runs > mostRuns) throw new RunTreeTooLargeError(run_id, mostRuns);
      if (first.levels > mostLevels) throw new RunTreeTooDeepError(run_id, mostLevels);
    }
    return rows.map(({ runs: _runs, levels: _levels, ...step }): RunStep => step);
  };
  return readPage<RunStep>(
    {
      list: 'steps',
      filters: { session_id, run_id, subtree, project },
      shape: ['integer', 'integer', 'text', 'text'],
      keyOf: (step) => [
        microsOf('started_at', step.started_at),
        microsOf('ended_at', step.ended_at),
        step.session_id,
        step.id,
      ],
      read,
    },
    options,
  );
}

type Placed = RunStep & { readonly runs: number; readonly levels: number };

/** The order of steps of several servers. */
const byPlace = byAll<Placed>(
  on((step) => microsOf('started_at', step.started_at), byNumber),
  on((step) => microsOf('ended_at', step.ended_at), byNumber),
  on((step) => step.session_id, byBytes),
  on((step) => step.id, byBytes),
);

function afterSql(where: Conditions, key: readonly (string | number)[]): string {
  const [start, end, session, id] = key.map((value) => where.parameter(value));
  return `(e.start_us, e.occurred_at_us, e.session_id, e.id collate "C")
    > (${start}::bigint, ${end}::bigint, ${session}, ${id})`;
}
