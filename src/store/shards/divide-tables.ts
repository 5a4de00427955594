import type { ClientBase } from 'pg';
import { partitionNames } from './partitions.js';
import type { Placement } from './placement.js';

/** A table as it is in the catalog before it is divided. */
interface WholeTable {
  /** The columns of its primary key. */
  readonly key: readonly string[];
  readonly key_name: string;
  /** Statements that create its other indexes. */
  readonly indexes: readonly string[];
  readonly settings: string | null;
  /** Statements that grant rights on it, each with `%s` for the table. */
  readonly grants: readonly string[];
}

/**
 * Divides tables into partitions by stripe. Tables that are divided already are left alone: a later
 * migration may add new ones. Each table gets the column `stripe`, as the last column of its key:
 * as the first it would make the log's key half as large again. Runs in the caller's transaction.
 * @throws Error if a table has rows: only a replay of the log can tell their stripes
 */
export async function divideTables(
  client: ClientBase,
  tables: readonly string[],
  { stripes }: Placement,
): Promise<void> {
  const { rows: whole } = await client.query<{ name: string }>(
    `select c.relname::text as name from unnest($1::text[]) with ordinality as t(name, place)
    join pg_class c on c.relnamespace = 'runfold_internal'::regnamespace and c.relname = t.name
    where c.relkind = 'r' order by t.place`,
    [tables],
  );
  if (whole.length === 0) return;
  await dropViews(client);
  for (const { name } of whole) await divideTable(client, name, stripes);
}

async function divideTable(client: ClientBase, name: string, stripes: number): Promise<void> {
  const table = `runfold_internal.${name}`;
  const { rows } = await client.query(`select exists (select from ${table}) as is_used`);
  if (rows[0].is_used) {
    throw new Error(
      `Only an empty store can be divided, and ${table} has rows. Divide a new store, and bring the log into it with "runfold replicate".`,
    );
  }
  const { key, key_name, indexes, settings, grants } = await describeTable(client, table);
  const old = `${name}_undivided`;
  await client.query(`alter table ${table} rename to ${old}`);
  await client.query(
    `create table ${table} (like runfold_internal.${old} including defaults including constraints including comments
      including storage including compression, stripe smallint not null) partition by list (stripe)`,
  );
  await client.query(`drop table runfold_internal.${old}`);
  const made = [table];
  for (let stripe = 0; stripe < stripes; stripe++) {
    const part = `runfold_internal.${partitionNames(stripe, stripes).local(name)}`;
    // With this check, a rebuild can swap in a new table without a scan of every row.
    await client.query(
      `create table ${part} partition of ${table} (constraint stripe check (stripe = ${stripe}))
        for values in (${stripe}) ${settings === null ? '' : `with (${settings})`}`,
    );
    made.push(part);
  }
  await client.query(
    `alter table ${table} add constraint "${key_name}" primary key (${[...key, 'stripe'].join(', ')})`,
  );
  for (const statement of indexes) await client.query(statement);
  for (const grant of grants) {
    await client.query(made.map((part) => grant.replace('%s', part)).join('; '));
  }
}

/** Reads the primary key of a table. */
export async function readKey(
  client: ClientBase,
  table: string,
): Promise<Pick<WholeTable, 'key' | 'key_name'>> {
  return describeTable(client, table);
}

async function describeTable(client: ClientBase, table: string): Promise<WholeTable> {
  const { rows } = await client.query<WholeTable>(
    `select k.conname::text as key_name,
      (select json_agg(a.attname order by c.place) from unnest(k.conkey) with ordinality as c(number, place)
        join pg_attribute a on a.attrelid = k.conrelid and a.attnum = c.number) as key,
      coalesce((select json_agg(pg_get_indexdef(i.indexrelid)) from pg_index i
        where i.indrelid = k.conrelid and i.indexrelid <> k.conindid), '[]'::json) as indexes,
      array_to_string(t.reloptions, ', ') as settings,
      coalesce((select json_agg(format('grant %s on %%s to %s', privilege_type,
          case grantee when 0 then 'public' else format('%I', pg_get_userbyid(grantee)) end))
        from aclexplode(t.relacl)), '[]'::json) as grants
    from pg_constraint k join pg_class t on t.oid = k.conrelid
    where k.conrelid = $1::regclass and k.contype = 'p'`,
    [table],
  );
  const [described] = rows;
  if (described === undefined) throw new Error(`Expected ${table} to have a key, got none.`);
  return described;
}

/** Views depend on the tables that they read. The caller recreates them after dividing. */
export async function dropViews(client: ClientBase): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    'select quote_ident(name) as name from runfold_internal.view_state',
  );
  for (const { name } of rows) await client.query(`drop view if exists runfold.${name}`);
}
