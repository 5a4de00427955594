import type { Database } from '../../postgres/database.js';
import { type DatabaseRole, databaseRoles, rightsOn } from './rights.js';

/** Options of the statements. */
export interface GrantOptions {
  /** The prefix of the roles' names, such as `runfold` for `runfold_worker`. */
  readonly prefix: string;
  /** Whether the queue is on this Postgres too. */
  readonly has_queue: boolean;
}

/** The statements that create one role and grant its rights, in order. */
export interface RoleGrants {
  readonly role: DatabaseRole;
  readonly name: string;
  readonly meaning: string;
  readonly statements: readonly string[];
}

/** The least rights of each role on the tables and views of a store. */
export async function listGrants(
  database: Database,
  { prefix, has_queue }: GrantOptions,
): Promise<RoleGrants[]> {
  const rows = await database.query<{ schema: string; name: string; kind: string }>(
    `select n.nspname::text as schema, c.relname::text as name, c.relkind::text as kind
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v')
      and n.nspname in ('runfold', 'runfold_internal', 'runfold_migrations')
    order by 1, 2`,
  );
  const [{ name: home } = { name: 'runfold' }] = await database.query<{ name: string }>(
    'select quote_ident(current_database()) as name',
  );
  const named = (schema: string) => rows.filter((row) => row.schema === schema);
  const views = named('runfold').map(({ name }) => `runfold.${name}`);
  const tables = named('runfold_internal').map(({ name }) => name);

  const queueOf = (name: string) =>
    has_queue
      ? [
          `grant usage on schema bullmq to ${name};`,
          `grant select, insert, update, delete on all tables in schema bullmq to ${name};`,
          `grant usage on all sequences in schema bullmq to ${name};`,
          // Adding many jobs at once uses a temporary table.
          `grant temporary on database ${home} to ${name};`,
        ]
      : [];
  const tablesOf = (role: 'worker' | 'service', name: string) => {
    // Tables with the same rights share a statement.
    const groups = new Map<string, string[]>();
    for (const table of tables) {
      const rights = rightsOn(table, role).join(', ');
      if (rights !== '') groups.set(rights, [...(groups.get(rights) ?? []), table]);
    }
    return [...groups].map(
      ([rights, of]) =>
        `grant ${rights} on ${of.map((table) => `runfold_internal.${quoted(table)}`).join(', ')} to ${name};`,
    );
  };
  const working = (role: 'worker' | 'service', name: string) => [
    `grant usage on schema runfold, runfold_internal, runfold_migrations to ${name};`,
    `grant select on runfold_migrations.migration to ${name};`,
    ...tablesOf(role, name),
    `grant select on ${views.join(', ')} to ${name};`,
    // Each must see how long the other's transactions have been open, or a tail would leave out events.
    `grant pg_read_all_stats to ${name};`,
    ...queueOf(name),
  ];
  const statements: Readonly<Record<DatabaseRole, (name: string) => readonly string[]>> = {
    worker: (name) => working('worker', name),
    service: (name) => working('service', name),
    reader: (name) => [
      `grant usage on schema runfold to ${name};`,
      `grant select on ${views.join(', ')} to ${name};`,
    ],
  };
  return Object.entries(databaseRoles).map(([role, meaning]) => {
    const name = `${prefix}_${role}`;
    const made = [
      // These statements run again after each migration.
      `do $$ begin create role ${name} login; exception when duplicate_object then null; end $$;`,
      `grant connect on database ${home} to ${name};`,
      ...statements[role as DatabaseRole](name),
    ];
    return { role: role as DatabaseRole, name, meaning, statements: made };
  });
}

/** A name that SQL has another meaning for. */
const quoted = (name: string) => (/^(session_user|user|order)$/.test(name) ? `"${name}"` : name);
