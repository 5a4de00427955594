import { withStripe, withStripeValue } from '../../store/shards/table-names.js';
import { columnsOf, keysOfEventsSql } from '../fold/fold-sql.js';
import type { Projection } from '../language/projection.js';
import { isSliced, sliceSql } from './fold-log.js';
import type { RebuildRun } from './rebuild-run.js';

/** How many rows of a live table a rebuild changes. */
export interface RowChanges {
  /** Rows that the log has and the live table did not. */
  readonly added: number;
  /** Rows that the live table had and the log does not. */
  readonly removed: number;
  /** Rows with a different figure. */
  readonly changed: number;
}

/**
 * Collects the keys that may differ between shadow and live: those that differ at this snapshot,
 * and those with events that are recorded but not drained, which the live rows include already. All
 * other rows are equal now and stay equal, because both get the same fold. Returns the total
 * number, or some number above `limit`: it then stops searching. If the tables differ by that many
 * rows, it does not even start.
 */
export async function collectCandidates(run: RebuildRun, limit: number): Promise<number> {
  let candidates = 0;
  for (const [at, projection] of run.targets.entries()) {
    await run.reach('compare', at, run.targets.length);
    const apart = await rowsApart(run, projection);
    if (candidates + apart > limit) return candidates + apart;
    const keys = Object.keys(projection.key);
    const table = candidatesOf(run, projection);
    await run.client.query(
      `create unlogged table ${table} as select ${keys.join(', ')} from ${run.liveOf(projection)} with no data`,
    );
    const slices = isSliced(projection) ? 4 : 1;
    await run.runAll('compare', slices, (at) => {
      const both = (name: string) => `coalesce(x.${name}, t.${name}) as ${name}`;
      const sliced = sliceSql('where', projection, 'r', at, slices);
      const recorded = `(select * from ${run.schema}.recorded r ${sliced})`;
      return `insert into ${table}
      select ${keys.map(both).join(', ')}
      from (select * from ${run.shadowOf(projection)} x ${sliceSql('where', projection, 'x', at, slices)}) x
      full join (select * from ${run.liveOf(projection)} t ${sliceSql('where', projection, 't', at, slices)}) t
        on ${sameKey(projection, 'x', 't')}
      where ${differs(projection)}
      union
      ${keysOfEventsSql(projection, recorded)}
      limit ${limit + 1}`;
    });
    const { rows } = await run.client.query(`select count(*)::integer as count from ${table}`);
    candidates += rows[0].count;
  }
  return candidates;
}

/** The difference between the numbers of rows of shadow and live. */
async function rowsApart(run: RebuildRun, projection: Projection): Promise<number> {
  const { rows } = await run.client.query(
    `select abs((select count(*) from ${run.shadowOf(projection)})
      - (select count(*) from ${run.liveOf(projection)}))::integer as apart`,
  );
  return rows[0].apart;
}

/**
 * Counts the rows that differ, each projection in a separate snapshot. Exact if the shadows are in
 * step with the log.
 */
export async function countChanges(run: RebuildRun): Promise<Map<Projection, RowChanges>> {
  const answers = await run.runAll('compare', run.targets.length, (at) => {
    const projection = run.targets[at];
    return projection === undefined ? '' : countSql(run, projection);
  });
  return new Map(
    run.targets.map((projection) => {
      const {
        added = 0,
        removed = 0,
        changed = 0,
      } = answers.find(({ name }) => name === projection.name) ?? {};
      return [projection, { added, removed, changed }];
    }),
  );
}

function countSql(run: RebuildRun, projection: Projection): string {
  return `select '${projection.name}' as name, ${counts(projection)} from ${run.shadowOf(projection)} x
    full join ${run.liveOf(projection)} t on ${sameKey(projection, 'x', 't')}
    where ${differs(projection)}`;
}

/** Copies the shadow's figures into the live rows of the candidates. Call it under the lock. */
export async function repairRows(run: RebuildRun, projection: Projection): Promise<RowChanges> {
  const keys = Object.keys(projection.key);
  const columns = columnsOf(projection);
  const copied = columns.map((name) => `x.${name}`);
  const measures = Object.keys(projection.measures);
  const { rows } = await run.client.query(
    `select ${counts(projection)} from ${candidatesOf(run, projection)} c
    left join ${run.shadowOf(projection)} x on ${sameKey(projection, 'x', 'c')}
    left join ${run.liveOf(projection)} t on ${sameKey(projection, 't', 'c')}
    where ${differs(projection)}`,
  );
  const changes: RowChanges = rows[0];
  if (changes.added + changes.removed + changes.changed === 0) return changes;
  await run.client.query(
    `delete from ${run.liveOf(projection)} t using ${candidatesOf(run, projection)} c
    where ${sameKey(projection, 't', 'c')} and not exists
      (select from ${run.shadowOf(projection)} x where ${sameKey(projection, 'x', 't')})`,
  );
  await run.client.query(
    `insert into ${run.liveOf(projection)} as t (${withStripe(columns, run.tables).join(', ')})
    select ${withStripeValue(copied, run.tables).join(', ')} from ${candidatesOf(run, projection)} c
    join ${run.shadowOf(projection)} x on ${sameKey(projection, 'x', 'c')}
    on conflict (${withStripe(keys, run.tables).join(', ')}) do update set
      ${measures.map((name) => `${name} = excluded.${name}`).join(', ')}
    where (${measures.map((name) => `t.${name}`).join(', ')})
      is distinct from (${measures.map((name) => `excluded.${name}`).join(', ')})`,
  );
  return changes;
}

function candidatesOf(run: RebuildRun, projection: Projection): string {
  return `${run.shadowOf(projection)}_candidate`;
}

function sameKey(projection: Projection, one: string, other: string): string {
  return Object.keys(projection.key)
    .map((name) => `${one}.${name} = ${other}.${name}`)
    .join(' and ');
}

/**
 * Whether one of shadow `x` and live `t` is missing, or a measure differs. Both missing counts as
 * equal.
 */
function differs(projection: Projection): string {
  const [key = ''] = Object.keys(projection.key);
  const record = (alias: string) =>
    `(${Object.keys(projection.measures)
      .map((name) => `${alias}.${name}`)
      .join(', ')})`;
  return `((x.${key} is null) <> (t.${key} is null) or ${record('x')} is distinct from ${record('t')})`;
}

function counts(projection: Projection): string {
  const [key = ''] = Object.keys(projection.key);
  const count = (condition: string) => `count(*) filter (where ${condition})::integer`;
  return `${count(`t.${key} is null`)} as added, ${count(`x.${key} is null`)} as removed,
    ${count(`x.${key} is not null and t.${key} is not null`)} as changed`;
}
