import { cp, mkdir, mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openEmbeddedStore } from '#runfold/embedded/embedded-store.js';
import { templateFolder, unpackStoreTemplate } from '#runfold/embedded/folder/store-template.js';
import { openEmbeddedDatabase } from '#runfold/embedded/server/embedded-database.js';
import { openDatabase } from '#runfold/postgres/database.js';
import { migrateQueue } from '#runfold/queue/open-queue.js';
import { migrateStore } from '#runfold/store/migrate.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'rf-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Everything in a store that could differ: settings, relations, columns, routines, and rows. */
const everything = `
  select 'setting ' || name || ' = ' || setting as thing from pg_settings
    where name not in ('data_directory', 'config_file', 'hba_file', 'ident_file')
    -- Those of PL/pgSQL are there once the session has run a function, as migrations do.
    and name not like 'plpgsql.%'
  union all select concat_ws(' ', 'column', c.oid::regclass, c.relkind, c.reloptions, attname, atttypid::regtype, attnotnull)
    from pg_class c left join pg_attribute on attrelid = c.oid and attnum > 0
    where relnamespace::regnamespace::text !~ '^pg_toast'
  union all select concat_ws(' ', 'routine', p.oid::regprocedure, md5(prosrc)) from pg_proc p
  union all select concat_ws(' ', 'role', rolname, rolsuper) from pg_roles
  union all select concat_ws(' ', 'database', datname, datcollate, setconfig)
    from pg_database left join pg_db_role_setting on setdatabase = pg_database.oid
  union all select concat_ws(' ', 'migration', hash, created_at) from runfold_migrations.migration
  union all select concat_ws(' ', 'project', id, name) from runfold_internal.project
  order by 1`;

async function contentOf(store_dir: string) {
  const store = await openEmbeddedStore({ dir: store_dir });
  const database = openDatabase(store.connection, { max: 1 });
  try {
    await migrateQueue({ kind: 'postgres', connection: store.connection });
    await migrateStore(database);
    const rows = await database.query<{ thing: string }>(everything);
    const [project] = await database.query<{ age: number }>(
      'select extract(epoch from now() - created_at)::float8 as age from runfold_internal.project',
    );
    return { things: rows.map(({ thing }) => thing), age: project?.age };
  } finally {
    await database.close();
    await store.close();
  }
}

describe('the template of embedded stores', () => {
  test('gives the store that would be made anew, with its own time of birth', async () => {
    const started = Date.now();
    const fromTemplate = await contentOf(join(root, 'from-template'));
    expect(fromTemplate.age).toBeLessThan((Date.now() - started) / 1000);

    // An existing data folder is opened unchanged.
    await mkdir(join(root, 'anew'), { mode: 0o700 });
    const made = await openEmbeddedDatabase(join(root, 'anew/data'), 'missing');
    await made.close();
    const anew = await contentOf(join(root, 'anew'));
    expect(anew.things.length).toBeGreaterThan(1_000);
    expect(fromTemplate.things).toEqual(anew.things);
  });

  test('is not used when it was made from anything else than what is installed', async () => {
    const folder = join(root, 'template');
    const unpack = (name: string) => unpackStoreTemplate(join(root, name), folder);
    expect(await unpack('none')).toBe(false);
    await cp(templateFolder, folder, { recursive: true });
    expect(await unpack('made')).toBe(true);
    expect(await readdir(join(root, 'made'))).toContain('PG_VERSION');
    await writeFile(join(folder, 'recipe'), 'other versions');
    expect(await unpack('others')).toBe(false);
    expect(await readdir(root)).not.toContain('others');
  });

  test('that is damaged is named in the error', async () => {
    const folder = join(root, 'damaged');
    await cp(templateFolder, folder, { recursive: true });
    const file = join(folder, 'data.br');
    await truncate(file, 100_000);
    await expect(unpackStoreTemplate(join(root, 'torn'), folder)).rejects.toThrow(
      `${file} is damaged`,
    );
  });
});
