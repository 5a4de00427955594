import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase } from '#runfold/postgres/database.js';
import { checkMigrated, migrateStore } from '#runfold/store/migrate.js';
import { createEmptyDatabase, type TestDatabase } from '../../harness/database.js';
import { migrateUpTo } from '../../harness/migrate-up-to.js';
import { describeWithPostgres } from '../../harness/suite.js';

/** The rights on the views, as Postgres records them, without those of owners. */
const grantsSql = `
  select name, case grantee when 0 then 'public' else pg_get_userbyid(grantee)::text end as role,
    privilege_type, is_grantable
  from (
    select c.relname as name, c.relowner, (aclexplode(c.relacl)).*
    from pg_class c where c.relnamespace = 'runfold'::regnamespace
    union all
    select c.relname || '.' || a.attname, c.relowner, (aclexplode(a.attacl)).*
    from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = 'runfold'::regnamespace
  ) g
  where grantee <> relowner
  order by 1, 2, 3`;

describeWithPostgres('the views of a store', () => {
  let home: TestDatabase;
  let database: Database;
  let role: string;
  beforeAll(async () => {
    home = await createEmptyDatabase();
    database = openDatabase(home.url);
    role = `${home.name}_Reporter`;
    await database.query(`create role "${role}"`);
    await migrateUpTo(database, '0003_add_projects_and_keys');
  });
  afterAll(async () => {
    await database.query(`drop owned by "${role}"`);
    await database.query(`drop role "${role}"`);
    await database.close();
    await home.drop();
  });

  const oids = async () =>
    Object.fromEntries(
      (
        await database.query<{ name: string; oid: string }>(
          `select relname as name, oid from pg_class where relnamespace = 'runfold'::regnamespace`,
        )
      ).map(({ name, oid }) => [name, oid]),
    );
  const makeOlder = (name: string) =>
    database.query(`update runfold_internal.view_state set hash = 'old', generated_at_ms = 1
      where name = '${name}'`);
  const grants = async () => (await database.query(grantsSql)).map(Object.values);

  test('keep the rights people were given when migrations make them anew', async () => {
    await database.query(`grant usage on schema runfold to "${role}"`);
    await database.query(`grant select on runfold.runs to "${role}" with grant option`);
    await database.query(`grant select on runfold.users to public`);
    await database.query(`grant select (id, occurred_at) on runfold.messages to "${role}"`);
    // Rights that new views would get by default, and that were revoked from one.
    await database.query(
      `alter default privileges in schema runfold grant select on tables to "${role}"`,
    );
    const before = await grants();
    expect(before).toEqual([
      ['messages.id', role, 'SELECT', false],
      ['messages.occurred_at', role, 'SELECT', false],
      ['runs', role, 'SELECT', true],
      ['users', 'public', 'SELECT', false],
    ]);
    const made = await oids();
    await migrateStore(database);
    expect((await oids()).runs).not.toBe(made.runs);
    expect(await grants()).toEqual(before);
    await checkMigrated(database);
  });

  test('are made anew one by one, where the file of one has changed', async () => {
    const before = { oids: await oids(), grants: await grants() };
    await makeOlder('runs');
    await expect(checkMigrated(database)).rejects.toMatchObject({
      code: 'migrations_missing',
      message: expect.stringContaining('older than this version'),
    });
    await migrateStore(database);
    await checkMigrated(database);
    const { runs, ...others } = await oids();
    const { runs: runsBefore, ...othersBefore } = before.oids;
    expect(runs).not.toBe(runsBefore);
    expect(others).toEqual(othersBefore);
    expect(await grants()).toEqual(before.grants);
  });

  test('come back when a migration has dropped them, and go when they have no file any more', async () => {
    await database.query('drop view runfold.sessions');
    await database.query('create view runfold.past as select 1 as one');
    await database.query(`insert into runfold_internal.view_state values ('past', '', 0)`);
    const before = Object.keys(await oids());
    await migrateStore(database);
    expect(Object.keys(await oids()).sort()).toEqual(
      [...before.filter((name) => name !== 'past'), 'sessions'].sort(),
    );
    await checkMigrated(database);
  });

  test('stay as a newer Runfold made them, and are told apart', async () => {
    const before = await oids();
    await database.query(
      `update runfold_internal.view_state set hash = 'new', generated_at_ms = 9999999999999 where name = 'runs'`,
    );
    await expect(checkMigrated(database)).rejects.toMatchObject({ code: 'migrations_newer' });
    await migrateStore(database);
    expect(await oids()).toEqual(before);
    await makeOlder('runs');
    await migrateStore(database);
  });

  test("that somebody's own view reads are named, and nothing is changed", async () => {
    await makeOlder('runs');
    await makeOlder('users');
    await database.query('create view public.mine as select * from runfold.users');
    const before = await oids();
    await expect(migrateStore(database)).rejects.toThrow(/view mine depends on view runfold.users/);
    expect(await oids()).toEqual(before);
    await database.query('drop view public.mine');
    await migrateStore(database);
    await checkMigrated(database);
  });
});
