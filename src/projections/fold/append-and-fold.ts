import { logColumns } from '../../events/columns/log-columns.js';
import {
  fullName,
  type TableNames,
  wholeStore,
  withStripe,
  withStripeValue,
} from '../../store/shards/table-names.js';
import { isByLabel, type Projection } from '../language/projection.js';
import { kindOf } from '../measures/kinds.js';
import { addPartialsSql, foldEventsSql, foldPartialsSql } from './fold-sql.js';
import { marksOf, withMarks } from './marks.js';

/** The columns of the log that the folds read; the insert need not return the others. */
export function columnsRead(projections: readonly Projection[]): string[] {
  return columnsIn(projections.map((projection) => foldEventsSql(projection, 'x')).join(' '));
}

const columnsIn = (text: string) =>
  logColumns.map((column) => column.name).filter((name) => text.includes(`e.${name}`));

/** Stores a JSON array of rejected events, each once: `$1`. */
export const rejectedSql = `insert into runfold_internal.rejected_event (id, project, position, job_id, code, message, payload)
  select id, project, position, job_id, code, message, payload
  from json_to_recordset($1::json) as incoming(id uuid, project integer, position integer,
    job_id text, code text, message text, payload text)
  on conflict (id) do nothing`;

/**
 * The statement that appends a batch and folds it, in one round trip and one snapshot:
 *
 * - `$1` is a JSON array of rejected events, each stored once;
 * - `$2` and following are the rows of the log, one array per column, sorted by key; `on conflict do nothing
 *   … returning` returns exactly the new ones, and every projection folds those.
 *
 * It returns one row: `applied`, the number of new events, and `rejected`, the number of new rejects.
 * With `repeats: 'refuse'` it fails if an event is already in the log, and costs a sixth less. With `ends_holds` it
 * removes the holds on budgets that new events name, so that their cost is either held or used at every snapshot.
 * With `returns_holds` it returns them instead, for a store whose holds are on another server.
 */
export function appendAndFoldSql(
  projections: readonly Projection[],
  options: {
    readonly repeats?: 'skip' | 'refuse';
    readonly ends_holds?: boolean;
    readonly returns_holds?: boolean;
    readonly tables?: TableNames;
  } = {},
): string {
  const { repeats = 'skip', ends_holds = false, returns_holds = false } = options;
  const { tables = wholeStore } = options;
  const columns = withStripe(
    logColumns.map(({ name }) => name),
    tables,
  );
  // Unnesting in the target list streams; a function in `from` would first materialize every row.
  const arrays = logColumns.map(
    ({ name, type }, at) => `unnest($${at + 2}::${type.split(' ')[0]}[]) as ${name}`,
  );
  const key = withStripe(['project', 'session_id', 'id'], tables).join(', ');
  const marks = marksOf(projections);
  // In a batch without labels, no row is read, because the parameter of the column is then empty.
  // All labels begin with a brace; this condition makes Postgres expect few events with labels. If
  // it expected many, a plan for any batch would look so much more expensive than one for a small
  // batch that it would plan each batch separately, at 4 ms.
  const labels = `$${logColumns.findIndex(({ name }) => name === 'labels') + 2}::text[]`;
  const labelled = `(select * from added where (select cardinality(${labels}) > 0) and labels like '{%')`;
  const steps = [
    ...foldSteps(projections, tables, labelled).map((step) => withMarks(step, marks)),
    ...(ends_holds ? [endHoldsStep] : []),
  ];
  const holds = returns_holds ? [namedHoldsSql] : [];
  const returned = [
    ...marks.map(({ name, sql }) => `(${sql}) as ${name}`),
    ...columnsIn([...steps, ...holds].join(' ')).map((name) => `e.${name}`),
  ];
  const parts = [
    `added as (
  insert into ${fullName(tables, 'event')} as e (${columns.join(', ')})
  select ${withStripeValue(arrays, tables).join(', ')}${repeats === 'skip' ? `\n  on conflict (${key}) do nothing` : ''}
  returning ${returned.join(', ') || '1'})`,
    // Rejects are stored in the store as a whole, not on each server with a stripe.
    ...(tables.stripe === undefined ? [`rejected as (\n  ${rejectedSql}\n  returning 1)`] : []),
    ...steps,
  ];
  const rejected =
    tables.stripe === undefined
      ? '(select count(*) from rejected)::integer'
      : '($1::json is null)::integer';
  return `with ${parts.join(',\n')}
select ${['(select count(*) from added)::integer as applied', `${rejected} as rejected`, ...holds].join(',\n  ')}`;
}

const namedHoldsSql = `(select json_agg(json_build_array(e.project, e.hold_id))
    from added e where e.hold_id is not null) as holds`;

const endHoldsStep = `ended_holds as (
  delete from runfold_internal.budget_hold h where (h.project, h.hold_id) in (
    select e.project, e.hold_id from added e where e.hold_id is not null))`;

/**
 * The steps of a `with` that fold a relation of new events, named `added`, into the tables of
 * projections, by default those of an undivided store. A projection comes after the one it folds.
 * `labelled` is the relation of events that may have labels, by default all of them.
 */
export function foldSteps(
  projections: readonly Projection[],
  tables: TableNames = wholeStore,
  labelled = 'added',
): string[] {
  // Postgres runs the last of these writes first. Rows that all batches share, such as those of the
  // current quarter of an hour, are locked last, so the batch of another lane waits as little as
  // possible.
  const isShared = (projection: Projection) => !('session_id' in projection.key);
  const ordered = [
    ...projections.filter(isShared),
    ...projections.filter((projection) => !isShared(projection)),
  ];
  return ordered.flatMap((projection) => stepsOf(projection, projections, tables, labelled));
}

function stepsOf(
  projection: Projection,
  all: readonly Projection[],
  tables: TableNames,
  labelled: string,
): string[] {
  const { name, from } = projection;
  // Only a projection that counts rows needs to know which of them are new.
  const isCounted = (counter: Projection) =>
    Object.values(counter.measures).some((measure) => kindOf(measure).countsRows);
  const isRefolded = all.some((other) => other.from === projection && isCounted(other));
  const partial =
    from === undefined
      ? foldEventsSql(projection, isByLabel(projection) ? labelled : 'added')
      : foldPartialsSql(projection, `${from.name}_${isCounted(projection) ? 'change' : 'partial'}`);
  const steps = [
    `${name}_partial as materialized (\n  ${partial})`,
    // xmax is 0 in a row that this command inserted, and this transaction's id in one that it
    // updated.
    `${name}_added as (\n  ${addPartialsSql(projection, `${name}_partial`, tables)}${
      isRefolded
        ? `\n  returning ${Object.keys(projection.key)
            .map((key) => `t.${key}`)
            .join(', ')}, (t.xmax = 0) as is_new`
        : ''
    })`,
  ];
  if (isRefolded) steps.push(`${name}_change as (\n  ${changeSql(projection)})`);
  return steps;
}

/**
 * Partials with a count of new rows. A union, not a join: the planner cannot know how many rows a
 * batch has, and its guess would make a join of two thousand rows a nested loop.
 */
function changeSql(projection: Projection): string {
  const keys = Object.keys(projection.key);
  const measures = Object.entries(projection.measures);
  const nulls = measures.map(([name, measure]) => `null::${kindOf(measure).type} as ${name}`);
  return `select ${[...keys, ...measures.map(([name]) => name)].join(', ')}, 0 as rows_added
    from ${projection.name}_partial
  union all
  select ${[...keys, ...nulls].join(', ')}, 1 as rows_added
    from ${projection.name}_added where is_new`;
}
