import type { ClientBase } from 'pg';
import { dropViews, readKey } from './divide-tables.js';
import type { Placement } from './placement.js';

/**
 * Distributes tables over the nodes of a Citus cluster by stripe. Tables that are distributed
 * already are left alone: a later migration may add new ones. All are colocated, one shard per
 * stripe, so a stripe is on one node with everything it needs. All other tables stay on the coordinator: a copy on
 * each node could not be written while one is away. Runs in the caller's transaction.
 * @throws Error if a table has rows: only a replay of the log can tell their stripes
 */
export async function distributeTables(
  client: ClientBase,
  tables: readonly string[],
  { stripes }: Placement,
): Promise<void> {
  const { rows: whole } = await client.query<{ name: string }>(
    `select c.relname::text as name from unnest($1::text[]) with ordinality as t(name, place)
    join pg_class c on c.relnamespace = 'runfold_internal'::regnamespace and c.relname = t.name
    where not exists (select from pg_dist_partition where logicalrelid = c.oid) order by t.place`,
    [tables],
  );
  if (whole.length === 0) return;
  await dropViews(client);
  // A server may be set to create more copies. Writers write one, and the coordinator would read another.
  await client.query('set local citus.shard_replication_factor = 1');
  const [first] = tables;
  for (const { name } of whole) {
    const table = `runfold_internal.${name}`;
    const { key, key_name } = await readKey(client, table);
    await client.query(`alter table ${table} add column stripe smallint not null`);
    await client.query(`alter table ${table} drop constraint "${key_name}"`);
    await client.query(
      `alter table ${table} add constraint "${key_name}" primary key (${[...key, 'stripe'].join(', ')})`,
    );
    await client.query(
      name === first
        ? `select create_distributed_table('${table}', 'stripe', shard_count => ${stripes}, colocate_with => 'none')`
        : `select create_distributed_table('${table}', 'stripe', colocate_with => 'runfold_internal.${first}')`,
    );
  }
  if (whole[0]?.name !== first) return;
  await nameStripes(client, `runfold_internal.${first}`);
}

/**
 * Lets the function that sums the use of budgets plan its statements for the values at hand: Citus cannot plan a read of a
 * distributed table for any values. On one server such plans would cost more than the rest of a check. A migration that
 * replaces the function drops its settings, so this runs after every migration. Runs in the caller's transaction.
 */
export async function planForNodes(client: ClientBase): Promise<void> {
  await client.query(
    `alter function runfold_internal.budget_used_of(integer, text, text, text[], text, integer, integer)
      set plan_cache_mode = force_custom_plan`,
  );
}

/**
 * Citus hashes the value of a row's column, so two stripes could share a shard. Each stripe gets
 * the smallest value that leads to its own shard, and its rows store that value.
 */
async function nameStripes(client: ClientBase, table: string): Promise<void> {
  await client.query('delete from runfold_internal.stripe');
  await client.query(
    `insert into runfold_internal.stripe (number, value)
    select row_number() over (order by shard) - 1, value from (
      select get_shard_id_for_distribution_column('${table}', v::smallint) as shard, min(v) as value
      from generate_series(0, 32767) v group by 1) s`,
  );
}
