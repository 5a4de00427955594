import type { Database } from '../../postgres/database.js';

/** The value of a setting in the session, and its source. */
export interface PostgresSetting {
  readonly value: string;
  /** The value of `pg_settings.source`, such as `configuration file`, `database` or `user`. */
  readonly source: string;
}

/** The facts that the checks of a Postgres use. */
export interface PostgresFacts {
  readonly version: string;
  readonly major: number;
  readonly settings: ReadonlyMap<string, PostgresSetting>;
  readonly database: string;
  readonly user: string;
  readonly is_standby: boolean;
  readonly used_connections: number;
  readonly database_bytes: number;
  /** Whether the session is encrypted; null if this role may not see that. */
  readonly is_encrypted: boolean | null;
  /** Whether the server is on this machine, by its address. */
  readonly is_local: boolean;
  /** Whether it knows zones of the tz database. */
  readonly knows_zones: boolean;
  /** The difference of its clock to ours, in milliseconds, and how long the query took. */
  readonly clock_offset_ms: number;
  readonly round_trip_ms: number;
}

const names = [
  'array_nulls',
  'autovacuum',
  'default_transaction_isolation',
  'fsync',
  'full_page_writes',
  'jit',
  'max_connections',
  'max_wal_size',
  'server_encoding',
  'shared_buffers',
  'statement_timeout',
  'superuser_reserved_connections',
  'reserved_connections',
  'synchronous_commit',
  'synchronous_standby_names',
  'TimeZone',
  'track_counts',
  'transaction_read_only',
  'work_mem',
];

interface Row extends Record<string, unknown> {
  readonly version: string;
  readonly major: number;
  readonly database: string;
  readonly user: string;
  readonly is_standby: boolean;
  readonly used: number;
  readonly bytes: number;
  readonly encrypted: boolean | null;
  readonly is_local: boolean;
  readonly zones: number;
}

/** Reads the facts from a Postgres; any role may do so. */
export async function readPostgresFacts(database: Database): Promise<PostgresFacts> {
  // The first query opens the connection, so that the clock is compared over an open one.
  const settings = await database.query<{ name: string; value: string; source: string }>(
    `select name, case unit when '8kB' then (setting::bigint * 8192)::text when 'kB' then
        (setting::bigint * 1024)::text when 'MB' then (setting::bigint * 1048576)::text
        else setting end as value, source
    from pg_settings where name = any($1::text[])`,
    [names],
  );
  const before = Date.now();
  const [clock] = await database.query<{ ms: number }>(
    'select extract(epoch from clock_timestamp())::float8 * 1000 as ms',
  );
  const after = Date.now();
  const [row] = await database.query<Row>(
    `select split_part(current_setting('server_version'), ' ', 1) as version,
      current_setting('server_version_num')::integer / 10000 as major,
      current_database()::text as database, current_user::text as "user",
      pg_is_in_recovery() as is_standby,
      (select count(*)::integer from pg_stat_activity where backend_type = 'client backend') as used,
      pg_database_size(current_database())::float8 as bytes,
      (select ssl from pg_stat_ssl where pid = pg_backend_pid()) as encrypted,
      coalesce(inet_server_addr() = inet_client_addr(), true)
        or host(inet_server_addr()) in ('127.0.0.1', '::1') as is_local,
      (select count(*)::integer from pg_timezone_names
        where name in ('Europe/Berlin', 'America/New_York', 'Asia/Kolkata')) as zones`,
  );
  if (row === undefined || clock === undefined)
    throw new Error('Expected a row of facts, got none.');
  return {
    version: row.version,
    major: row.major,
    settings: new Map(settings.map(({ name, value, source }) => [name, { value, source }])),
    database: row.database,
    user: row.user,
    is_standby: row.is_standby,
    used_connections: row.used,
    database_bytes: row.bytes,
    is_encrypted: row.encrypted,
    is_local: row.is_local,
    knows_zones: row.zones === 3,
    clock_offset_ms: clock.ms - (before + after) / 2,
    round_trip_ms: after - before,
  };
}
