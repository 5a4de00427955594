import { codeOf } from '../../environment/error-fields.js';
import { isTimeZone } from '../../events/check/time-zone-name.js';
import type { Database } from '../../postgres/database.js';
import { staleProjections } from '../../projections/fold/fingerprint.js';
import { checkMigrated } from '../../store/migrate.js';
import { explainDatabaseError } from '../../store/store-errors.js';
import { type Privilege, rightsOn } from '../rights/rights.js';
import { type Check, checksOf } from './check.js';

const check = checksOf('runfold');

/** Checks the tables of a store, and the rights of the current role. */
export async function checkStore(
  database: Database,
  options: { readonly has_queue: boolean },
): Promise<Check[]> {
  try {
    await checkMigrated(database);
  } catch (error) {
    const explained = explainDatabaseError(error);
    const isNewer = codeOf(explained) === 'migrations_newer';
    return [
      check('tables', explained instanceof Error ? explained.message : String(explained), {
        level: 'problem',
        why: 'Workers and services do not start with tables of another version.',
        fix: isNewer ? 'Upgrade this Runfold.' : 'runfold migrate',
      }),
    ];
  }
  const stale = (await staleProjections(database)).map(({ name }) => name);
  return [
    check('tables', 'up to date'),
    check(
      'totals',
      stale.length === 0 ? 'current' : `stale: ${stale.join(', ')}`,
      stale.length === 0
        ? undefined
        : {
            level: 'problem',
            why: 'Their definition has changed since they were computed, so they mix two definitions.',
            fix: 'runfold migrate --rebuild',
          },
    ),
    await checkZones(database),
    await checkRights(database, options),
  ];
}

/** Budgets in an abbreviation were created before abbreviations were refused. */
async function checkZones(database: Database): Promise<Check> {
  const [right] = await database.query<{ may: boolean }>(
    `select has_table_privilege('runfold_internal.budget', 'select') as may`,
  );
  const budgets = right?.may
    ? await database.query<{ name: string; project: number; time_zone: string }>(
        'select name::text, project, time_zone from runfold_internal.budget order by project, name',
      )
    : [];
  const doubtful = budgets.filter(({ time_zone }) => !isTimeZone(time_zone));
  if (doubtful.length === 0) return check('budgets', 'in time zones with one meaning');
  const [first] = doubtful;
  return check(
    'budgets',
    doubtful
      .map(({ name, project, time_zone }) => `${name} of project ${project} in ${time_zone}`)
      .join(', '),
    {
      level: 'problem',
      why: 'Postgres reads this abbreviation as one of several time zones, and without its summer.',
      fix: `runfold budgets create ${first?.name} --replace --time-zone ZONE  (with its other options, and a zone such as Europe/London)`,
    },
  );
}

async function checkRights(
  database: Database,
  { has_queue }: { readonly has_queue: boolean },
): Promise<Check> {
  const [worker, service, queue] = await Promise.all([
    missingRights(database, 'worker'),
    missingRights(database, 'service'),
    has_queue ? missingOnQueue(database) : [],
  ]);
  const able = [
    ...(worker.length === 0 ? ['worker'] : []),
    ...(service.length === 0 ? ['service'] : []),
  ];
  if (able.length > 0 && queue.length === 0) return check('rights', `of a ${able.join(' and a ')}`);
  // The role probably should be the one for which it lacks fewer rights.
  const missing = [...(service.length < worker.length ? service : worker), ...queue];
  return check(
    'rights',
    `missing: ${missing.slice(0, 6).join(', ')}${missing.length > 6 ? ', …' : ''}`,
    {
      level: 'problem',
      why: 'This role can run neither a worker nor a service.',
      fix: 'runfold migrate --grants  (as the owner of the tables; it prints the statements)',
    },
  );
}

async function missingRights(database: Database, role: 'worker' | 'service'): Promise<string[]> {
  const tables = await database.query<{ name: string }>(
    `select relname::text as name from pg_class
    where relnamespace = to_regnamespace('runfold_internal') and relkind in ('r', 'p') order by 1`,
  );
  const needed = tables.flatMap(({ name }) =>
    rightsOn(name, role).map((privilege): [string, Privilege] => [name, privilege]),
  );
  const rows = await database.query<{ missing: string }>(
    `select privilege || ' on ' || name as missing
    from unnest($1::text[], $2::text[]) as needed(name, privilege)
    where not has_table_privilege(format('runfold_internal.%I', name), privilege)`,
    [needed.map(([name]) => name), needed.map(([, privilege]) => privilege)],
  );
  return rows.map(({ missing }) => missing);
}

async function missingOnQueue(database: Database): Promise<string[]> {
  const rows = await database.query<{ missing: string }>(
    `select privilege || ' on bullmq.' || relname as missing from pg_class,
      unnest(array['select', 'insert', 'update', 'delete']) as privilege
    where relnamespace = to_regnamespace('bullmq') and relkind = 'r'
      and not has_table_privilege(oid, privilege)
    union all select 'temporary on the database'
    where not has_database_privilege(current_database(), 'temporary')`,
  );
  return rows.map(({ missing }) => missing);
}
