import type { Database } from '../../postgres/database.js';
import { projections } from '../../projections/projections.js';

/** The purpose of each database role. */
export const databaseRoles = {
  worker: 'folds events: "runfold worker", "runfold watch", "runfold ingest --wait"',
  service:
    'accepts events and serves queries: "runfold serve", "runfold ingest", commands that read',
  reader: 'only reads the views of the schema runfold with SQL',
} as const;

/** A role of `databaseRoles`. */
export type DatabaseRole = keyof typeof databaseRoles;

/** A right on a table. */
export type Privilege = 'select' | 'insert' | 'update' | 'delete';

type Rights = { readonly [R in 'worker' | 'service']: readonly Privilege[] };

const all = ['select', 'insert', 'update', 'delete'] as const;

const totals: Rights = { worker: ['select', 'insert', 'update'], service: ['select'] };
/** Tables of `runfold_internal` other than the totals. */
const tables: Readonly<Record<string, Rights>> = {
  ...Object.fromEntries(projections.map(({ name }) => [name, totals])),
  event: { worker: ['select', 'insert'], service: ['select'] },
  rejected_event: { worker: ['select', 'insert'], service: ['select', 'delete'] },
  otlp_span: { worker: all, service: ['select'] },
  otlp_trace: { worker: all, service: ['select'] },
  log_file: { worker: all, service: ['select'] },
  log_claim: { worker: all, service: ['select'] },
  api_key: { worker: [], service: ['select', 'insert', 'update'] },
  audit: { worker: [], service: all },
  price_override: { worker: ['select'], service: all },
  budget: { worker: ['select'], service: all },
  budget_hold: { worker: ['select', 'delete'], service: all },
  alert_channel: { worker: ['select'], service: all },
  alert_rule: { worker: ['select'], service: all },
  alert_state: { worker: all, service: ['select', 'delete'] },
  alert_notification: { worker: ['select', 'insert'], service: ['select'] },
  alert_delivery: { worker: ['select', 'insert', 'update'], service: ['select', 'update'] },
  alert_cursor: { worker: ['select', 'update'], service: ['select'] },
  project: { worker: ['select'], service: ['select', 'insert', 'update'] },
  projection_state: { worker: ['select'], service: ['select'] },
  view_state: { worker: ['select'], service: ['select'] },
  placement: { worker: ['select'], service: ['select'] },
  stripe: { worker: ['select'], service: ['select'] },
};

/** The rights that a role needs on a table of `runfold_internal`: all, unless fewer are declared. */
export function rightsOn(table: string, role: 'worker' | 'service'): readonly Privilege[] {
  // A stripe's part of a table has its name and the number of the stripe.
  return (tables[table] ?? tables[table.replace(/_\d+$/, '')])?.[role] ?? all;
}

/** Whether the role of this process may append events to the log, as a worker does. */
export async function mayAppend(database: Database): Promise<boolean> {
  const [row] = await database.query<{ may: boolean | null }>(
    `select bool_and(has_table_privilege(oid, 'insert')) as may from pg_class
    where relnamespace = to_regnamespace('runfold_internal') and relname = 'event'`,
  );
  return row?.may !== false;
}
