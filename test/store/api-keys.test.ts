import { afterAll, beforeAll, expect, test } from 'vitest';
import { listProjects } from '#runfold/query/list-projects.js';
import { createKey, findKey, listKeys, noteKeyUse, revokeKey } from '#runfold/store/api-keys.js';
import { createProject } from '#runfold/store/projects.js';
import { describeOnEachTier, openTestTier, type TestTier } from '../../harness/tiers.js';

describeOnEachTier('projects and keys', (name) => {
  let home: TestTier;
  beforeAll(async () => {
    home = await openTestTier(name);
  });
  afterAll(() => home.close());

  test('begin with project 1; numbers follow the greatest in use', async () => {
    const { database } = home.tier;
    expect(await listProjects(database)).toMatchObject([{ id: 1, name: 'default' }]);
    expect(await createProject(database, { name: 'shop' })).toMatchObject({ id: 2, name: 'shop' });
    expect(await createProject(database, { name: 'seven', id: 7 })).toMatchObject({ id: 7 });
    expect(await createProject(database, { name: 'eight' })).toMatchObject({ id: 8 });
    await expect(createProject(database, { name: 'shop' })).rejects.toMatchObject({
      code: 'project_exists',
    });
    await expect(createProject(database, { name: 'Shop ✓' })).rejects.toMatchObject({
      code: 'invalid_project',
    });
  });

  test('are found by the whole key alone, until revoked by their own project', async () => {
    const { database } = home.tier;
    const made = await createKey(database, { project: 1, scopes: ['read', 'ingest'], name: 'one' });
    expect(made.key).toMatch(/^rf_[0-9a-f]{16}_[\w-]{43}$/);
    expect(made.scopes).toEqual(['ingest', 'read']);
    const stored = JSON.stringify(await database.query('select * from runfold_internal.api_key'));
    expect(stored).not.toContain(made.key.slice(20));

    const found = await findKey(database, made.key);
    expect(found).toMatchObject({ id: made.id, project: 1, revoked_at: null });
    expect(Object.keys(found ?? {})).not.toContain('secret_sha256');
    const wrong = `${made.key.slice(0, -2)}${made.key.endsWith('AA') ? 'BB' : 'AA'}`;
    for (const text of [wrong, made.key.slice(0, -1), `${made.key}A`, `rf_${made.id}_`, '', 'x']) {
      expect(await findKey(database, text)).toBeUndefined();
    }

    await noteKeyUse(database, made.id);
    const [{ last_used_at } = {}] = await listKeys(database, { project: 1 });
    expect(last_used_at).toMatch(/:00\.000Z$/);
    expect(await revokeKey(database, { id: made.id, project: 2 })).toBeUndefined();
    expect(await findKey(database, made.key)).toBeDefined();
    expect(await revokeKey(database, { id: made.id, project: 1 })).toMatchObject({ id: made.id });
    expect(await findKey(database, made.key)).toBeUndefined();
  });

  test('have a project that exists', async () => {
    await expect(
      createKey(home.tier.database, { project: 9, scopes: ['read'] }),
    ).rejects.toMatchObject({ code: 'unknown_project' });
  });

  test('are listed without a hash', async () => {
    await createKey(home.tier.database, { project: 1, scopes: ['admin'] });
    expect(Object.keys((await listKeys(home.tier.database))[0] ?? {}).sort()).toEqual(
      ['created_at', 'id', 'last_used_at', 'name', 'project', 'revoked_at', 'scopes']
        .concat('expires_at', 'kind', 'parent_id')
        .sort(),
    );
  });
});
