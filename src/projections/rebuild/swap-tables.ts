import { setTimeout as pause } from 'node:timers/promises';
import { rebuiltSql } from '../fold/fingerprint.js';
import { drainRecorded, foldInStep, stopRecording } from './event-recorder.js';
import { RebuildBlockedError, RebuildDependentError } from './rebuild-errors.js';
import type { RebuildRun } from './rebuild-run.js';
import { countChanges } from './row-differences.js';

/**
 * Drains the last events and makes writers fold the next ones into the shadows too, which are then
 * exact at every snapshot. Then it counts the differences.
 */
export async function keepInStep(run: RebuildRun) {
  const drained = await run.underLock({}, async () => {
    const left = await drainRecorded(run);
    await foldInStep(run);
    return left;
  });
  return { drained, changes: await countChanges(run) };
}

/**
 * Replaces the live tables with the shadows, which are in step.
 *
 * A new table under an old name is dangerous for a transaction whose snapshot is older than the
 * rows in it: it would find the table empty. So this waits for snapshots from before the shadows
 * were in step, as `create index concurrently` does, before it renames anything.
 */
export async function swapTables(run: RebuildRun): Promise<void> {
  const { rows: older } = await run.client.query(openSnapshots);
  await run.reach('swap', 0);
  await waitForSnapshots(run, new Set(older.map(snapshotId)));
  const views = await listViews(run);
  const parents = await listParents(run);
  await run.underLock({ exclusive: () => lockStatements(run, views, parents) }, async () => {
    await exchange(run, parents);
    for (const projection of run.is_whole ? run.targets : []) {
      await run.client.query(rebuiltSql(projection));
    }
    await stopRecording(run);
  });
}

/**
 * Readers lock the views they name before the tables under them, and so does this. Otherwise it
 * would often hold the table a reader waits for and wait for its view. Readers lock several views,
 * or several tables, in no fixed order, so each attempt tries another one.
 *
 * A view is locked by setting the owner that it has already: `lock table` would lock everything
 * that it reads.
 */
function lockStatements(
  run: RebuildRun,
  views: readonly View[],
  parents: readonly Parent[],
): string[] {
  const shuffled = <T>(list: readonly T[]) =>
    list
      .map((item) => ({ item, key: Math.random() }))
      .sort((a, b) => a.key - b.key)
      .map(({ item }) => item);
  return [
    ...shuffled(views).map(({ name, owner }) => `alter view ${name} owner to ${owner}`),
    ...shuffled(parents).map(({ name }) => `lock table only ${name} in access exclusive mode`),
    `lock table ${shuffled(run.targets).map(run.liveOf).join(', ')} in access exclusive mode`,
  ];
}

/** The table of which a live table is a partition. */
interface Parent {
  readonly part: string;
  readonly name: string;
  /** What belongs to the partition, such as `FOR VALUES IN ('7')`. */
  readonly bound: string;
}

async function listParents({ client, targets, liveOf }: RebuildRun): Promise<Parent[]> {
  const { rows } = await client.query(
    `select t.part, format('%I.%I', n.nspname, p.relname) as name, pg_get_expr(c.relpartbound, c.oid) as bound
    from unnest($1::text[]) as t(part) join pg_class c on c.oid = t.part::regclass and c.relispartition
    join pg_inherits i on i.inhrelid = c.oid join pg_class p on p.oid = i.inhparent
    join pg_namespace n on n.oid = p.relnamespace`,
    [targets.map(liveOf)],
  );
  return rows;
}

interface View {
  readonly name: string;
  readonly owner: string;
  /** The statement that defines it again, over the tables that now have the names it reads. */
  readonly definition: string;
}

/** The views in any schema that read a live table directly. */
async function listViews({ client, targets, liveOf }: RebuildRun): Promise<View[]> {
  const { rows } = await client.query(
    `select v.name, v.owner,
      format('create or replace view %s%s as %s', v.name, v.options, pg_get_viewdef(v.oid)) as definition
    from (select c.oid, format('%I.%I', n.nspname, c.relname) as name,
        quote_ident(pg_get_userbyid(c.relowner)) as owner,
        ' with (' || array_to_string(c.reloptions, ', ') || ')' as options
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind = 'v' and c.oid in (select r.ev_class from pg_depend d
        join pg_rewrite r on r.oid = d.objid
        where d.classid = 'pg_rewrite'::regclass and d.refobjid = any($1::regclass[]))) v
    order by v.name`,
    [targets.map(liveOf)],
  );
  return rows;
}

/**
 * Renames the tables in one transaction. Views refer to a table by its identity, not its name, so
 * each view of a live table is replaced in place with its own definition: rights on it, comments
 * and dependent views stay. If another object depends on a live table, such as a user's
 * materialized view, nothing changes: it would otherwise read a table that is no longer updated.
 *
 * The old tables are dropped with the rebuild's other remains, after the locks are released,
 * because deleting their files takes longer than all of this.
 */
async function exchange(run: RebuildRun, parents: readonly Parent[]): Promise<void> {
  const { client, schema, targets, tables, liveOf, shadowOf } = run;
  // With an empty search path, the definitions qualify every table.
  await client.query("set local search_path = ''");
  const views = await listViews(run);
  const moves = targets.map((projection) => {
    const live = liveOf(projection);
    const parent = parents.find(({ part }) => part === live);
    return [
      ...(parent === undefined ? [] : [`alter table ${parent.name} detach partition ${live}`]),
      `alter table ${live} set schema ${schema}_old`,
      `alter table ${shadowOf(projection)} set schema ${tables.schema}`,
      ...(parent === undefined
        ? []
        : [`alter table ${parent.name} attach partition ${live} ${parent.bound}`]),
    ].join(';\n');
  });
  await client.query(
    [
      `create schema ${schema}_old`,
      ...moves,
      ...views.map(({ definition }) => definition.replace(/;\s*$/, '')),
    ].join(';\n'),
  );
  const { rows: left } = await client.query(
    `select pg_describe_object(classid, objid, objsubid) as dependent from pg_depend
    where refclassid = 'pg_class'::regclass and refobjid = any($1::regclass[]) and deptype = 'n'
      and not exists (select from pg_constraint c where c.oid = objid and c.conrelid = refobjid) limit 1`,
    [targets.map(({ name }) => `${schema}_old.${tables.local(name)}`)],
  );
  if (left.length > 0) throw new RebuildDependentError(left[0].dependent);
}

// It sees other roles' transactions only if `pg_read_all_stats` allows it.
const openSnapshots = `select pid, xact_start::text as since from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid() and backend_xmin is not null
    and backend_type = 'client backend'`;
const snapshotId = ({ pid, since }: { pid: number; since: string }) => `${pid} ${since}`;

async function waitForSnapshots(run: RebuildRun, older: ReadonlySet<string>): Promise<void> {
  const began = performance.now();
  for (;;) {
    const { rows } = await run.client.query(openSnapshots);
    if (!rows.some((row) => older.has(snapshotId(row)))) return;
    const waited = performance.now() - began;
    if (waited > run.patience_ms) {
      throw new RebuildBlockedError(
        Math.round(waited),
        'the end of the snapshots older than the rebuilt totals',
      );
    }
    await pause(20);
    await run.reach('swap', 0);
  }
}
