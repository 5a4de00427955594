import { columnsRead } from '../fold/append-and-fold.js';
import { columnsOf, foldEventsSql, foldPartialsSql } from '../fold/fold-sql.js';
import type { Projection } from '../language/projection.js';
import type { RebuildRun } from './rebuild-run.js';

/** Bytes of partials that one statement sorts or hashes. They fit in its memory. */
const sliceBytes = 64 * 1024 * 1024;

/**
 * Folds the log as it was at the cut into shadow tables without indexes: chunk by chunk into
 * partials, in lanes, and then the partials into one row per key. Upserts of the chunks ran at a
 * third of this speed.
 *
 * A chunk is a range of blocks. Blocks from before the cut may also hold later events, in reused
 * space; those are recorded, and the anti-join leaves them out. Returns how many events it folded.
 */
export async function foldLog(run: RebuildRun, blocks: number, chunk: number): Promise<number> {
  const roots = run.folded.filter((projection) => projection.from === undefined);
  for (const projection of run.folded) await createHeap(run, projection, run.shadowOf(projection));

  const { rows } = await run.client.query(
    `select greatest(1, $1 * case when relpages > 0 and reltuples > 0
        then relpages / reltuples else 0.03 end)::integer as step
    from pg_class where oid = '${run.events}'::regclass`,
    [chunk],
  );
  const step: number = rows[0].step;
  const chunks = Math.ceil(blocks / step);
  // All chunks of all projections, and the count of the events, in one queue.
  const [counted] = await run.runAll('fold', 1 + roots.length * chunks, (job) => {
    const [root, at] = [roots[Math.floor((job - 1) / chunks)], (job - 1) % chunks];
    if (root === undefined) return countSql(run);
    const events = chunkSql(run, root, at * step, Math.min(blocks, (at + 1) * step));
    const columns = columnsOf(root).join(', ');
    return `insert into ${run.shadowOf(root)} (${columns}) ${foldEventsSql(root, events)}`;
  });
  for (const projection of run.folded) {
    if (projection.from === undefined) await mergePartials(run, projection);
    else await foldFiner(run, projection, projection.from);
  }
  return counted?.events ?? 0;
}

function countSql({ schema, events }: RebuildRun): string {
  return `select (select count(*) from ${events})::float8
    - (select count(*) from ${schema}.recorded)::float8 as events`;
}

/** The events of a range of blocks that came before the cut. */
function chunkSql(run: RebuildRun, projection: Projection, from: number, to: number): string {
  // Only the id is hashed: `is true` keeps the planner from hashing strings that are almost never
  // read.
  return `(select ${columnsRead([projection])
    .map((name) => `l.${name}`)
    .join(', ')} from ${run.events} l
    where l.ctid >= '(${from},0)'::tid and l.ctid < '(${to},0)'::tid
      and not exists (select from ${run.schema}.recorded r
        where r.id = l.id and (r.session_id = l.session_id and r.project = l.project) is true))`;
}

/**
 * Makes one row from the partials of each key. Most keys have one partial, because the events of a
 * run are close together in the log, so only the other keys are merged. If there are too many of
 * those, as in a shuffled log, all rows are folded into a new heap.
 */
async function mergePartials(run: RebuildRun, projection: Projection): Promise<void> {
  const { client } = run;
  const shadow = run.shadowOf(projection);
  const keys = Object.keys(projection.key).join(', ');
  const columns = columnsOf(projection).join(', ');
  const split = `${shadow}_split`;
  await client.query(
    `create unlogged table ${split} as select ${keys}, 0::bigint as partials from ${shadow} with no data`,
  );
  const slices = isSliced(projection) ? await countSlices(run, shadow) : 1;
  await run.runAll('merge', slices, (at) => {
    const where = sliceSql('where', projection, 's', at, slices);
    return `insert into ${split} select ${keys}, count(*) from ${shadow} s ${where}
      group by ${keys} having count(*) > 1`;
  });
  const { rows } = await client.query(
    `select coalesce(sum(partials), 0)::float8 as partials, pg_relation_size($1) / 1000 as rows from ${split}`,
    [shadow],
  );
  const fold = (partials: string) => `insert into ${shadow} (${columns})
    ${foldPartialsSql(projection, `(select f.*, 0 as rows_added from ${partials} f)`)}`;
  if (rows[0].partials > rows[0].rows) {
    await client.query(
      `alter table ${shadow} rename to ${run.shadows.local(projection.name)}_partial`,
    );
    await createHeap(run, projection, shadow);
    await run.runAll('merge', slices, (at) => {
      const where = sliceSql('where', projection, 's', at, slices);
      return fold(`(select * from ${shadow}_partial s ${where})`);
    });
    await client.query(`drop table ${shadow}_partial`);
  } else if (rows[0].partials > 0) {
    const same = Object.keys(projection.key).map((name) => `s.${name} = k.${name}`);
    await run.runAll(
      'merge',
      1,
      () =>
        `with taken as (delete from ${shadow} s using ${split} k where ${same.join(' and ')} returning s.*)
      ${fold('taken')}`,
    );
  }
  await client.query(`drop table ${split}`);
}

async function foldFiner(
  run: RebuildRun,
  projection: Projection,
  finer: Projection,
): Promise<void> {
  const source = run.shadowOf(finer);
  const slices = isSliced(projection) ? await countSlices(run, source) : 1;
  const columns = columnsOf(projection).join(', ');
  await run.runAll('merge', slices, (at) => {
    const where = sliceSql('where', projection, 'f', at, slices);
    const partials = `(select f.*, 1 as rows_added from ${source} f ${where})`;
    return `insert into ${run.shadowOf(projection)} (${columns}) ${foldPartialsSql(projection, partials)}`;
  });
}

/** The number of slices of a table such that the rows of one fit in the memory of a statement. */
async function countSlices(run: RebuildRun, table: string): Promise<number> {
  const { rows } = await run.client.query('select pg_relation_size($1)::float8 as size', [table]);
  // An even number, so that two lanes finish together.
  return 2 * Math.max(1, Math.ceil(rows[0].size / sliceBytes / 2));
}

async function createHeap(run: RebuildRun, projection: Projection, table: string): Promise<void> {
  await run.client.query(
    `create ${run.expects_swap ? '' : 'unlogged'} table ${table} (like ${run.liveOf(projection)} including defaults including constraints
      including comments including storage including compression) with (autovacuum_enabled = false)`,
  );
  const { stripe } = run.tables;
  if (stripe === undefined) return;
  await run.client.query(`alter table ${table} alter column stripe set default ${stripe}`);
}

/**
 * Whether a projection can be processed in slices: by its session, which all partials of a row
 * share.
 */
export function isSliced(projection: Projection): boolean {
  return 'session_id' in projection.key;
}

/** The condition for one of `n` slices of a projection's rows. */
export function sliceSql(
  word: 'where' | 'and',
  projection: Projection,
  alias: string,
  at: number,
  slices: number,
): string {
  if (slices === 1 || !isSliced(projection)) return '';
  return `${word} (hashtext(${alias}.session_id) & 1048575) % ${slices} = ${at}`;
}
