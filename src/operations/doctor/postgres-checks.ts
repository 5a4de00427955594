import { bytesText, type Check, checksOf, clockFault, type Fault, offsetText } from './check.js';
import type { PostgresFacts } from './postgres-facts.js';

const check = checksOf('postgres');
const oldest = 15;
const megabyte = 2 ** 20;
/** Connections of one process with a worker and HTTP, whose queue is on Postgres too. */
const connectionsOfOne = 24;

/** Checks the settings of a Postgres. Pure: the result depends only on the facts. */
export function checkPostgres(facts: PostgresFacts): Check[] {
  const { settings } = facts;
  const value = (name: string) => settings.get(name)?.value ?? '';
  const number = (name: string) => Number(settings.get(name)?.value ?? 0);
  const setting = (name: string, isGood: boolean, fault: Omit<Fault, 'fix'>, wanted = 'on') =>
    check(name, value(name), isGood ? undefined : { ...fault, fix: changeOf(facts, name, wanted) });
  const isolation = value('default_transaction_isolation');
  return [
    check('version', facts.version, facts.major >= oldest ? undefined : tooOld),
    ...checkWritable(facts),
    setting('synchronous_commit', value('synchronous_commit') !== 'off', {
      level: 'problem',
      why: 'A commit is reported before it is on disk, and its job leaves the queue: a crash loses events that were acknowledged.',
    }),
    setting('fsync', value('fsync') === 'on', {
      level: 'problem',
      why: 'Nothing is forced to disk: a power cut can lose events and damage the whole database.',
    }),
    setting('full_page_writes', value('full_page_writes') === 'on', {
      level: 'problem',
      why: 'A page that a power cut leaves half written cannot be repaired.',
    }),
    setting('autovacuum', value('autovacuum') === 'on', {
      level: 'problem',
      why: 'Totals are updated all the time: without it their tables and indexes grow without bound, and plans use old statistics.',
    }),
    setting('track_counts', value('track_counts') === 'on', {
      level: 'problem',
      why: 'Autovacuum does nothing without it.',
    }),
    setting(
      'default_transaction_isolation',
      isolation === 'read committed',
      {
        level: 'problem',
        why: `Transactions are ${isolation}: budgets cannot be checked, and writers that meet fail and try again. Behind a pooler Runfold cannot set it.`,
      },
      "'read committed'",
    ),
    setting('array_nulls', value('array_nulls') === 'on', {
      level: 'problem',
      why: 'A missing value in a list is read as the text NULL. Behind a pooler Runfold cannot set it.',
    }),
    checkConnections(facts, number),
    setting(
      'shared_buffers',
      number('shared_buffers') >= 128 * megabyte &&
        (number('shared_buffers') >= 256 * megabyte || facts.database_bytes < 512 * megabyte),
      {
        level: 'advice',
        why: `The rows of current totals should stay in memory; the database has ${bytesText(facts.database_bytes)}. A quarter of the memory is usual. The change needs a restart.`,
      },
      "'512MB'",
    ),
    setting(
      'work_mem',
      number('work_mem') >= 4 * megabyte,
      { level: 'advice', why: 'Sorts of reports and audits go to disk.' },
      "'16MB'",
    ),
    setting(
      'max_wal_size',
      number('max_wal_size') >= 1024 * megabyte,
      {
        level: 'advice',
        why: 'Checkpoints happen often, and after each one the first change of a page writes the whole page to the WAL.',
      },
      "'4GB'",
    ),
    setting(
      'statement_timeout',
      number('statement_timeout') === 0 || number('statement_timeout') >= 30_000,
      {
        level: 'advice',
        why: `Statements end after ${number('statement_timeout')} ms. A batch that takes longer is halved and retried, and reports fail.`,
      },
      "'60s'",
    ),
    check(
      'time_zones',
      facts.knows_zones ? 'known' : 'unknown',
      facts.knows_zones ? undefined : noZones,
    ),
    check(
      'clock',
      offsetText(facts.clock_offset_ms),
      clockFault(facts.clock_offset_ms, facts.round_trip_ms, 'Postgres'),
    ),
    checkEncryption(facts),
  ].map(readable);
}

const tooOld: Fault = {
  level: 'problem',
  why: `Runfold is tested with Postgres ${oldest} and newer.`,
  fix: `Upgrade Postgres to ${oldest} or newer; 16 or newer for a queue on Postgres.`,
};

const noZones: Fault = {
  level: 'problem',
  why: 'Postgres computes the days of a time zone, but does not know the zones of the tz database.',
  fix: 'Install the zones on its machine: apt-get install tzdata',
};

function checkWritable({ is_standby, settings }: PostgresFacts): Check[] {
  const isReadOnly = settings.get('transaction_read_only')?.value === 'on';
  const fault: Fault = {
    level: 'problem',
    why: 'Nothing can be written to it; jobs wait until that is possible.',
    fix: is_standby
      ? 'Name the primary in DATABASE_URL.'
      : `Let sessions write again: alter system reset default_transaction_read_only; select pg_reload_conf();`,
  };
  const role = is_standby ? 'a standby' : isReadOnly ? 'read-only' : 'a primary';
  return [check('role', role, is_standby || isReadOnly ? fault : undefined)];
}

function checkConnections(
  { used_connections: used, settings }: PostgresFacts,
  number: (name: string) => number,
): Check {
  const reserved = number('superuser_reserved_connections') + number('reserved_connections');
  const most = number('max_connections') - reserved;
  const free = most - used;
  const what = `${settings.get('max_connections')?.value}, of which ${used} are in use and ${reserved} reserved`;
  if (free >= connectionsOfOne) return check('max_connections', what);
  return check('max_connections', what, {
    level: free < connectionsOfOne / 2 ? 'problem' : 'advice',
    why: `${Math.max(0, free)} are free. A process with worker and HTTP uses up to ${connectionsOfOne}: lanes and readers wait for each other, or are refused.`,
    fix: `alter system set max_connections = ${Math.max(200, number('max_connections') * 2)}; and restart Postgres, or put PgBouncer in front of it.`,
  });
}

function checkEncryption({ is_encrypted, is_local }: PostgresFacts): Check {
  const what = is_encrypted === true ? 'TLS' : is_local ? 'none, on this machine' : 'none';
  if (is_encrypted !== false || is_local) return check('encryption', what);
  return check('encryption', what, {
    level: 'advice',
    why: 'Password and data go over the network unencrypted.',
    fix: 'Add ?sslmode=verify-full&sslrootcert=/path/to/ca.pem to DATABASE_URL.',
  });
}

/** The command that changes a setting at its source. */
function changeOf(
  { settings, database, user }: PostgresFacts,
  name: string,
  value: string,
): string {
  const quoted = (text: string) =>
    /^[a-z_][a-z0-9_]*$/.test(text) ? text : `"${text.replaceAll('"', '""')}"`;
  const source = settings.get(name)?.source;
  if (source === 'database') return `alter database ${quoted(database)} reset ${name};`;
  if (source === 'user') return `alter role ${quoted(user)} reset ${name};`;
  if (source === 'database user') {
    return `alter role ${quoted(user)} in database ${quoted(database)} reset ${name};`;
  }
  if (source === 'client' || source === 'session') {
    return `Remove ${name} from the options of DATABASE_URL and from PGOPTIONS.`;
  }
  return `alter system set ${name} = ${value}; select pg_reload_conf();`;
}

const sizes = new Set(['shared_buffers', 'work_mem', 'max_wal_size']);

function readable(one: Check): Check {
  if (sizes.has(one.check)) return { ...one, what: bytesText(Number(one.what)) };
  if (one.check === 'statement_timeout') {
    return { ...one, what: one.what === '0' ? 'none' : `${one.what} ms` };
  }
  return one;
}
