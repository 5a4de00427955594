import type { ClientBase } from 'pg';

/** A right of a role other than the owner on a view, or on one of its columns. */
export interface ViewGrant {
  readonly view: string;
  readonly column: string | null;
  readonly privilege: string;
  /** The role in SQL: quoted, or `public`. */
  readonly grantee: string;
  readonly is_grantable: boolean;
}

const grantsSql = `
  select c.relname as view, null as column, c.relowner, (aclexplode(c.relacl)).*
  from pg_class c where c.relnamespace = to_regnamespace('runfold') and c.relkind = 'v'
  union all
  select c.relname, a.attname, c.relowner, (aclexplode(a.attacl)).*
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  where c.relnamespace = to_regnamespace('runfold') and c.relkind = 'v'`;

/** The rights on the views of the schema `runfold`. */
export async function readViewGrants(client: ClientBase): Promise<readonly ViewGrant[]> {
  const { rows } = await client.query<ViewGrant>(`
    select g.view, g.column, g.privilege_type as privilege, g.is_grantable,
      case g.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(g.grantee)) end as grantee
    from (${grantsSql}) g where g.grantee <> g.relowner
    order by 1, 2, 3, 5`);
  return rows;
}

/**
 * Restores exactly the earlier rights on recreated views, whatever the default
 * privileges of the schema are. The rights on a removed column are dropped.
 */
export async function restoreViewGrants(
  client: ClientBase,
  views: readonly string[],
  grants: readonly ViewGrant[],
): Promise<void> {
  const given = (await readViewGrants(client)).filter(({ view }) => views.includes(view));
  for (const { view, grantee } of given) {
    await client.query(`revoke all on runfold.${view} from ${grantee}`);
  }
  const { rows } = await client.query<{ view: string; column: string }>(
    `select c.relname as view, a.attname as column from pg_class c
     join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
     where c.relnamespace = 'runfold'::regnamespace and c.relkind = 'v'`,
  );
  const columns = new Set(rows.map(({ view, column }) => `${view}.${column}`));
  for (const { view, column, privilege, grantee, is_grantable } of grants) {
    if (!views.includes(view) || (column !== null && !columns.has(`${view}.${column}`))) continue;
    const right = column === null ? privilege : `${privilege} (${column})`;
    const option = is_grantable ? ' with grant option' : '';
    await client.query(`grant ${right} on runfold.${view} to ${grantee}${option}`);
  }
}
