import { expect, test } from 'vitest';
import type { Database } from '#runfold/postgres/database.js';
import { listRuns } from '#runfold/query/totals/runs.js';
import { listSessions } from '#runfold/query/totals/sessions.js';
import { withTestDatabase } from '../../../harness/database.js';
import { foldEvents } from '../../../harness/fold-events.js';
import { randomNumbers } from '../../../harness/random-numbers.js';
import { describeWithPostgres } from '../../../harness/suite.js';

const minute = 60_000;
const base = Date.parse('2026-03-01T12:00:00Z');

describeWithPostgres('pages of runs and sessions whose starts move', () => {
  let database: Database;
  withTestDatabase((opened) => {
    database = opened;
  });
  let project = 10;

  const message = (run: number, at: number) => ({
    type: 'message',
    role: 'user',
    run_id: `run-${run}`,
    session_id: `session-${run % 40}`,
    occurred_at: new Date(base + at * minute).toISOString(),
  });
  const open = async (count: number) => {
    project += 1;
    await foldEvents(
      database,
      Array.from({ length: count }, (_, run) => message(run, run)),
      project,
    );
  };
  const readers = {
    runs: async (limit: number, cursor?: string) => {
      const { items, next_cursor } = await listRuns(database, { project, limit, cursor });
      return { names: items.map(({ run_id }) => run_id), next_cursor };
    },
    sessions: async (limit: number, cursor?: string) => {
      const { items, next_cursor } = await listSessions(database, { project, limit, cursor });
      return { names: items.map(({ session_id }) => session_id), next_cursor };
    },
  };
  /** All names of all pages; `between` is called after each page except the last. */
  const readAll = async (
    list: keyof typeof readers,
    limit: number,
    between: (page: number, names: readonly string[]) => Promise<void>,
  ) => {
    const names: string[] = [];
    let cursor: string | undefined;
    for (let page = 1; ; page++) {
      const read = await readers[list](limit, cursor);
      names.push(...read.names);
      cursor = read.next_cursor;
      if (cursor === undefined) return names;
      await between(page, read.names);
    }
  };
  const namesOf = (list: keyof typeof readers, count: number) =>
    Array.from({ length: count }, (_, at) => `${list.slice(0, -1)}-${at}`).sort();

  test('a run that was listed is not listed again', async () => {
    await open(30);
    const names = await readAll('runs', 10, async (page, shown) => {
      const run = Number(shown[0]?.slice(4));
      if (page === 1) await foldEvents(database, [message(run, -60)], project);
    });
    expect([...names].sort()).toEqual(namesOf('runs', 30));
  });

  test('a run that moved before its page was read is listed where it is then', async () => {
    await open(30);
    const names = await readAll('runs', 10, async (page) => {
      // One row of the second page moves behind all others, and one of the first page to a place on
      // the second.
      if (page === 1) await foldEvents(database, [message(15, -60), message(25, 14)], project);
    });
    expect(names.at(-1)).toBe('run-15');
    expect([...names].sort()).toEqual(namesOf('runs', 30));
  });

  test.each(['runs', 'sessions'] as const)(
    'each of %s comes once, whatever moves',
    async (list) => {
      for (const seed of [1, 2, 3]) {
        const random = randomNumbers(seed);
        await open(40);
        const names = await readAll(list, 3, async () => {
          const moved = Array.from({ length: 4 }, () =>
            message(Math.floor(random() * 40), Math.floor(random() * 60) - 30),
          );
          await foldEvents(database, moved, project);
        });
        expect([...names].sort(), `seed ${seed}`).toEqual(namesOf(list, 40));
      }
    },
  );

  test('a run that started together with the last of a page comes once too', async () => {
    project += 1;
    const together = Array.from({ length: 9 }, (_, run) => message(run, 5));
    await foldEvents(database, together, project);
    const names = await readAll('runs', 3, async (page) => {
      if (page === 1)
        await foldEvents(database, [message(6, 4), message(5, 4), message(0, 4)], project);
    });
    expect([...names].sort()).toEqual(namesOf('runs', 9));
  });

  test('a run that is new may come or not, and never twice', async () => {
    await open(20);
    const names = await readAll('runs', 5, async (page) => {
      await foldEvents(
        database,
        [message(100 + page, -page), message(200, 30 - 10 * page)],
        project,
      );
    });
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(expect.arrayContaining(namesOf('runs', 20)));
  });
});
