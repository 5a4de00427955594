import type { Database } from '../../postgres/database.js';

/**
 * The tables that a store needs besides its log, in an order that satisfies their references. Ids
 * stay the same, so rows may refer to each other.
 */
const tables = [
  'project',
  'api_key',
  'price_override',
  'budget',
  'budget_hold',
  'alert_channel',
  'alert_rule',
  'alert_state',
  'alert_notification',
  'alert_delivery',
  'rejected_event',
  'log_file',
  'log_claim',
];

/** Rows of one page. Rejects may hold large payloads. */
const pageRows = 500;

/**
 * Copies these tables from one store into another, page by page: new and changed rows. Rows that
 * were deleted in the old store since an earlier copy stay in the new one.
 */
export async function copySettings(from: Database, to: Database): Promise<void> {
  for (const table of tables) await copyTable(from, to, table);
}

/** A key that was revoked in either store stays revoked. */
const assigned = (column: string) =>
  column === 'revoked_at'
    ? `${column} = coalesce(t.${column}, excluded.${column})`
    : `${column} = excluded.${column}`;

interface TableShape extends Record<string, unknown> {
  readonly key: readonly string[];
  readonly columns: readonly string[];
  /** Its identity column, if it has one. */
  readonly identity: string | null;
}

async function copyTable(from: Database, to: Database, table: string): Promise<void> {
  const name = `runfold_internal.${table}`;
  const { key, columns, identity } = await readTableShape(from, name);
  const changed = columns.filter((column) => !key.includes(column));
  const list = (names: readonly string[], alias: string) =>
    names.map((column) => `${alias}.${column}`).join(', ');
  const page = `select row_to_json(t)::text as row from ${name} t
    where $1::json is null or (${list(key, 't')}) > (
      select ${list(key, 'r')} from json_populate_record(null::${name}, $1::json) r)
    order by ${list(key, 't')} limit ${pageRows}`;
  const write = `insert into ${name} as t (${columns.join(', ')}) overriding system value
    select ${columns.join(', ')} from json_populate_recordset(null::${name}, $1::json)
    on conflict (${key.join(', ')}) do update set ${changed.map(assigned).join(', ')}
    where row(${list(changed, 't')})::text is distinct from row(${list(changed, 'excluded')})::text`;
  let last: string | null = null;
  for (;;) {
    const rows: { row: string }[] = await from.query<{ row: string }>(page, [last]);
    if (rows.length > 0) await to.query(write, [`[${rows.map(({ row }) => row).join(',')}]`]);
    last = rows.at(-1)?.row ?? null;
    if (rows.length < pageRows) break;
  }
  if (identity === null) return;
  // The next row that is created in the new store must not take an id that was copied.
  await to.query(
    `select setval(pg_get_serial_sequence($1, $2), greatest(max(${identity}), 1), max(${identity}) is not null)
    from ${name}`,
    [name, identity],
  );
}

async function readTableShape(database: Database, name: string): Promise<TableShape> {
  const [shape] = await database.query<TableShape>(
    `select (select json_agg(a.attname order by k.place)
        from unnest(c.conkey) with ordinality k(number, place)
        join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.number) as key,
      (select json_agg(a.attname order by a.attnum) from pg_attribute a
        where a.attrelid = c.conrelid and a.attnum > 0 and not a.attisdropped) as columns,
      (select a.attname from pg_attribute a where a.attrelid = c.conrelid and a.attidentity <> '') as identity
    from pg_constraint c where c.conrelid = $1::regclass and c.contype = 'p'`,
    [name],
  );
  if (shape === undefined) throw new Error(`Expected ${name} to have a key, got none.`);
  return shape;
}
