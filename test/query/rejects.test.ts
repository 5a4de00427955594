import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase } from '#runfold/postgres/database.js';
import { dropReject, getReject, listRejects } from '#runfold/query/rejects.js';
import { createTestDatabase, type TestDatabase } from '../../harness/database.js';
import { foldEvents } from '../../harness/fold-events.js';
import { describeWithPostgres } from '../../harness/suite.js';

describeWithPostgres('rejects', () => {
  let own: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    own = await createTestDatabase();
    database = openDatabase(own.url);
    const bad = Array.from({ length: 5 }, (_, n) => ({
      type: 'run',
      run_id: `r-${n}`,
      status: 'odd',
    }));
    await foldEvents(database, bad);
    await foldEvents(database, [{ type: 'walk' }]);
    await foldEvents(database, [{ type: 'swim' }], 2);
  });

  afterAll(async () => {
    await database?.close();
    await own?.drop();
  });

  test('are listed newest first, each once', async () => {
    const first = await listRejects(database, { limit: 4 });
    const second = await listRejects(database, { limit: 4, cursor: first.next_cursor });
    expect(second.next_cursor).toBeUndefined();
    const items = [...first.items, ...second.items];
    expect(new Set(items.map((item) => item.id)).size).toBe(6);
    expect(items[0]).toMatchObject({
      project: 1,
      code: 'invalid_event',
      message: 'type: expected one of message, tool_call, run, got "walk"',
      position: 0,
    });
    expect(JSON.parse(items[0]?.payload ?? '')).toMatchObject({ type: 'walk' });
    expect(items[0]?.received_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,6}Z$/);
    expect((await listRejects(database, { code: 'invalid_job' })).items).toEqual([]);
    expect((await listRejects(database, { project: 2 })).items).toHaveLength(1);
  });

  test('are read and dropped by id, within their project', async () => {
    const [reject] = (await listRejects(database, { limit: 1 })).items;
    const id = reject?.id ?? '';
    expect(await getReject(database, { id })).toEqual(reject);
    expect(await getReject(database, { id, project: 2 })).toBeUndefined();
    expect(await dropReject(database, { id, project: 2 })).toBe(false);
    expect(await dropReject(database, { id })).toBe(true);
    expect(await dropReject(database, { id })).toBe(false);
    expect(await getReject(database, { id })).toBeUndefined();
  });

  test('that are large together fill a page before its limit', async () => {
    await database.query(
      `insert into runfold_internal.rejected_event (id, project, position, job_id, code, message, payload)
      select gen_random_uuid(), 3, n, 'job', 'invalid_job', 'large', to_json(repeat('x', n * 1048576))::text
      from unnest(array[3, 3, 3, 9, 1]) n`,
    );
    const pages: number[][] = [];
    let cursor: string | undefined;
    do {
      const page = await listRejects(database, { project: 3, limit: 100, cursor });
      pages.push(page.items.map(({ payload }) => payload.length));
      cursor = page.next_cursor;
    } while (cursor !== undefined);
    expect(pages.flat()).toHaveLength(5);
    expect(pages.length).toBeGreaterThan(2);
    for (const sizes of pages) {
      const sum = sizes.reduce((all, size) => all + size, 0);
      expect(sizes.length === 1 || sum <= 8 * 2 ** 20).toBe(true);
    }
  });

  test('of an id that is none are not there', async () => {
    expect(await getReject(database, { id: 'nonsense' })).toBeUndefined();
    expect(await dropReject(database, { id: randomUUID() })).toBe(false);
  });
});
