import type { Projection } from '../language/projection.js';
import type { RebuildRun } from './rebuild-run.js';

/**
 * Gives each shadow the primary key of its live table, with the same name: folding into it needs
 * one. Statistics are gathered at the same time as the keys, which take as long as the largest one.
 * Only those for the indexed columns are needed now; the rest comes with the next autovacuum.
 */
export async function addPrimaryKeys(run: RebuildRun): Promise<void> {
  const statements: string[] = [];
  const analyses: string[] = [];
  for (const projection of run.folded) {
    const { rows } = await run.client.query(
      `select conname as name, pg_get_constraintdef(oid) as definition from pg_constraint
      where conrelid = $1::regclass and contype = 'p'`,
      [run.liveOf(projection)],
    );
    for (const { name, definition } of rows) {
      statements.push(
        `alter table ${run.shadowOf(projection)} add constraint "${name}" ${definition}`,
      );
    }
    // In reverse order: an analyze waits until the key of its table is built, so the tables with
    // the slowest keys come last.
    if (run.targets.includes(projection)) analyses.unshift(analyzeSql(run, projection));
  }
  statements.push(...analyses);
  await run.runAll('index', statements.length, (at) => statements[at] ?? '');
}

function analyzeSql(run: RebuildRun, projection: Projection): string {
  const columns = Object.keys({ ...projection.measures, ...projection.key }).filter((name) =>
    Object.values(projection.indexes ?? {}).some(({ on }) => on.join().includes(name)),
  );
  const about = [...new Set([...Object.keys(projection.key), ...columns])];
  return `analyze ${run.shadowOf(projection)} (${about.join(', ')})`;
}

/**
 * Prepares the shadows to replace the live tables: written to the server's write-ahead log, and
 * with everything that the live ones have: indexes, settings, owner, rights. Nobody else writes to
 * the shadows while this runs.
 */
export async function furnishShadows(run: RebuildRun): Promise<void> {
  const indexes: string[] = [];
  const logged: string[] = [];
  for (const projection of run.targets) {
    const shadow = run.shadowOf(projection);
    const settings = await readSettings(run, projection);
    if (!run.expects_swap) settings.unshift(`alter table ${shadow} set logged`);
    logged.push(settings.join('; '));
    indexes.push(...(await readIndexes(run, projection)));
  }
  await run.runAll('index', logged.length, (at) => logged[at] ?? '');
  await run.runAll('index', indexes.length, (at) => indexes[at] ?? '');
}

/** Index names belong to a schema, so the shadow's are the same as the live table's from the start. */
async function readIndexes(run: RebuildRun, projection: Projection): Promise<string[]> {
  const { rows } = await run.client.query(
    `select replace(pg_get_indexdef(i.indexrelid), format(' ON %s ', t.name), format(' ON %s ', $2::text)) as definition
    from pg_index i, lateral (select format('%I.%I', nspname, relname) as name from pg_class c
      join pg_namespace n on n.oid = c.relnamespace where c.oid = i.indrelid) t
    where i.indrelid = $1::regclass and not exists
      (select from pg_constraint where conindid = i.indexrelid)`,
    [run.liveOf(projection), run.shadowOf(projection)],
  );
  return rows.map(({ definition }) => definition);
}

async function readSettings(run: RebuildRun, projection: Projection): Promise<string[]> {
  const { rows } = await run.client.query(
    `select format('alter table %s reset (autovacuum_enabled)', $2::text) as statement
    union all
    select format('alter table %s set (%s)', $2::text, array_to_string(reloptions, ', '))
      from pg_class where oid = $1::regclass and reloptions is not null
    union all
    select format('alter table %s owner to %I', $2::text, pg_get_userbyid(relowner))
      from pg_class where oid = $1::regclass and relowner <> current_user::regrole
    union all
    select format('grant %s on %s to %s%s', privilege_type, $2::text,
        case grantee when 0 then 'public' else format('%I', pg_get_userbyid(grantee)) end,
        case when is_grantable then ' with grant option' else '' end)
      from pg_class, aclexplode(relacl) where oid = $1::regclass`,
    [run.liveOf(projection), run.shadowOf(projection)],
  );
  return rows.map(({ statement }) => statement);
}
