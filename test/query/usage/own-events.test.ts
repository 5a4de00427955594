import { describe, expect, test } from 'vitest';
import type { Database } from '#runfold/postgres/database.js';
import { InvalidQueryError } from '#runfold/query/query-errors.js';
import { listRuns } from '#runfold/query/totals/runs.js';
import { listSessions } from '#runfold/query/totals/sessions.js';
import { getDataRange } from '#runfold/query/usage/data-range.js';
import { getUsage } from '#runfold/query/usage/get-usage.js';
import { startOfDay } from '#runfold/query/usage/time-zone.js';
import { withTestDatabase } from '../../../harness/database.js';
import { foldEvents } from '../../../harness/fold-events.js';
import { emptyTables } from '../../../harness/store-tables.js';
import { describeWithPostgres } from '../../../harness/suite.js';

const day = { from: '2026-03-01T00:00:00Z', to: '2026-03-02T00:00:00Z' };
const message = (occurred_at: string, more: object) => ({
  type: 'message' as const,
  role: 'assistant' as const,
  run_id: 'run-1',
  occurred_at,
  ...more,
});
const paid = (user_id: string, session_id: string, run_id: string, at: string, cost: number) =>
  message(`2026-03-01T${at}:00Z`, { user_id, session_id, run_id, metrics: { cost } });

describeWithPostgres('usage by who and when', () => {
  let database: Database;
  withTestDatabase((opened) => {
    database = opened;
  });
  const store = async (events: Parameters<typeof foldEvents>[1]) => {
    await emptyTables(database);
    await foldEvents(database, events);
  };

  describe('of two users in one session', () => {
    const room = [
      paid('ann', 'room-1', 'run-1', '10:00', 1),
      paid('bob', 'room-1', 'run-2', '10:05', 2),
      paid('ann', 'room-1', 'run-3', '10:10', 4),
      paid('ann', 'alone', 'run-4', '11:00', 8),
      // One run of three users. The first and the middle one are not in its row.
      ...['ann', 'bob', 'cem'].map((user, at) => paid(user, 'room-2', 'all', `12:0${at}`, 16)),
    ];

    test('each has what the events that name them cost, in usage, filters and the view', async () => {
      await store(room);
      const { rows } = await getUsage(database, { ...day, group_by: ['user_id'] });
      expect(rows.map((row) => [row.user_id, row.cost])).toEqual([
        ['ann', 29],
        ['bob', 18],
        ['cem', 16],
      ]);
      const [ann] = (await getUsage(database, { ...day, filters: { user_id: 'ann' } })).rows;
      expect(ann?.cost).toBe(29);
      const users = await database.query(
        'select user_id, sessions::integer, cost::float8 from runfold.users order by 1',
      );
      expect(users).toEqual([
        { user_id: 'ann', sessions: 3, cost: 29 },
        { user_id: 'bob', sessions: 2, cost: 18 },
        { user_id: 'cem', sessions: 1, cost: 16 },
      ]);
    });

    test('sessions and runs are found by each of their users, page by page', async () => {
      await store(room);
      const found = async (user_id: string) => {
        const sessions: string[] = [];
        for (let cursor: string | undefined; ; ) {
          const page = await listSessions(database, { user_id, limit: 1, cursor });
          sessions.push(...page.items.map(({ session_id }) => session_id));
          cursor = page.next_cursor;
          if (cursor === undefined) break;
        }
        const runs = await listRuns(database, { user_id });
        return { sessions, runs: runs.items.map(({ run_id }) => run_id) };
      };
      expect(await found('ann')).toEqual({
        sessions: ['room-2', 'alone', 'room-1'],
        runs: ['all', 'run-4', 'run-3', 'run-1'],
      });
      expect(await found('bob')).toEqual({
        sessions: ['room-2', 'room-1'],
        runs: ['all', 'run-2'],
      });
      expect(await found('cem')).toEqual({ sessions: ['room-2'], runs: ['all'] });
      expect(await found('dan')).toEqual({ sessions: [], runs: [] });
    });
  });

  test('a session of months counts in each of them', async () => {
    await store([
      message('2026-01-05T00:00:00Z', { user_id: 'ann', session_id: 'chat', metrics: { cost: 1 } }),
      message('2026-03-05T00:00:00Z', { user_id: 'ann', session_id: 'chat', metrics: { cost: 9 } }),
    ]);
    const series = await getUsage(database, {
      from: '2026-01-01T00:00:00Z',
      to: '2026-04-01T00:00:00Z',
      bucket: 'month',
      group_by: ['user_id'],
      figures: ['cost'],
    });
    expect(series.rows.map(({ cost }) => cost)).toEqual([1, null, 9]);
    expect(Object.keys(series.rows[0] ?? {})).toEqual([
      'bucket_start',
      'bucket_local',
      'user_id',
      'cost',
    ]);
  });

  test('by user and model, by team, and by workflow', async () => {
    const named = { team_id: 'team', workflow_id: 'flow' };
    await store([
      message('2026-03-01T10:00:00Z', {
        user_id: 'ann',
        model: 'a',
        ...named,
        metrics: { cost: 1 },
      }),
      message('2026-03-01T10:00:00Z', { user_id: 'ann', model: 'b', metrics: { cost: 2 } }),
      message('2026-03-01T10:00:00Z', { user_id: 'bob', model: 'a', metrics: { cost: 4 } }),
      {
        type: 'tool_call' as const,
        tool_name: 'search',
        run_id: 'run-1',
        user_id: 'ann',
        model: 'a',
        occurred_at: '2026-03-01T10:00:00Z',
        metrics: { cost: 8 },
      },
    ]);
    const by = async (...group_by: ('user_id' | 'model' | 'team_id' | 'workflow_id')[]) => {
      const { rows } = await getUsage(database, { ...day, group_by, figures: ['cost'] });
      return rows.map((row) => [...group_by.map((name) => row[name]), row.cost]);
    };
    expect(await by('user_id', 'model')).toEqual([
      ['ann', null, 8],
      ['bob', 'a', 4],
      ['ann', 'b', 2],
      ['ann', 'a', 1],
    ]);
    expect(await by('model')).toEqual([
      [null, 8],
      ['a', 5],
      ['b', 2],
    ]);
    expect(await by('team_id')).toEqual([
      [null, 14],
      ['team', 1],
    ]);
    expect(await by('workflow_id', 'model')).toEqual([
      [null, null, 8],
      [null, 'a', 4],
      [null, 'b', 2],
      ['flow', 'a', 1],
    ]);
  });

  test('runs, failed runs and their times by agent, of the run events', async () => {
    const run = (agent_id: string, status: string, time: number, minute: number) => ({
      type: 'run',
      run_id: `${agent_id}-${minute}`,
      agent_id,
      status,
      occurred_at: `2026-03-01T10:${10 + minute}:00Z`,
      metrics: { time },
    });
    await store([
      run('a', 'completed', 1, 0),
      run('a', 'error', 3, 1),
      run('a', 'paused', 2, 2),
      run('b', 'cancelled', 5, 3),
    ]);
    const options = { ...day, group_by: ['agent_id'], order_by: 'runs' } as const;
    const { rows } = await getUsage(database, options);
    expect(
      rows.map((row) => [
        row.agent_id,
        row.runs,
        row.failed_runs,
        row.run_error_rate,
        row.run_time,
      ]),
    ).toEqual([
      ['a', 2, 1, 0.5, 6],
      ['b', 1, 0, 0, 5],
    ]);
    expect(rows[0]?.run_time_p95).toBeCloseTo(3, 1);
    const [whole] = (await getUsage(database, day)).rows;
    expect(whole).toMatchObject({ runs: 3, failed_runs: 1, run_error_rate: 1 / 3 });
  });

  test('refuses figures that are not kept by what is grouped by, and names those that are', async () => {
    const asked = { ...day, group_by: ['user_id'], order_by: 'time_p95' } as const;
    await expect(getUsage(database, asked)).rejects.toThrow(
      /order_by: Expected a figure that is kept by user_id: runs, .*cost, got "time_p95"/,
    );
    const figures = getUsage(database, { ...day, group_by: ['model'], figures: ['runs'] });
    await expect(figures).rejects.toThrow(InvalidQueryError);
    const pairs = getUsage(database, { ...day, group_by: ['user_id', 'tool_name'] });
    await expect(pairs).rejects.toThrow(/stored together.*user_id, agent_id, team_id, workflow_id/);
  });

  describe('in time zones', () => {
    const tokens = (occurred_at: string, input_tokens: number) =>
      message(occurred_at, { metrics: { input_tokens } });

    test.each(['CET', 'Europe/Berlin'])('%s has a summer', async (time_zone) => {
      await store([tokens('2025-07-09T22:30:00Z', 1), tokens('2025-07-10T12:00:00Z', 10)]);
      const { rows } = await getUsage(database, {
        from: '2025-07-08T22:00:00Z',
        to: '2025-07-10T22:00:00Z',
        time_zone,
        bucket: 'day',
      });
      expect(rows.map((row) => [row.bucket_start, row.input_tokens])).toEqual([
        ['2025-07-08T22:00:00.000Z', null],
        ['2025-07-09T22:00:00.000Z', 11],
      ]);
    });

    test('a day whose midnight comes twice begins at the first', async () => {
      await store([
        tokens('2025-11-02T03:59:00Z', 1),
        tokens('2025-11-02T04:30:00Z', 10),
        tokens('2025-11-02T05:30:00Z', 100),
      ]);
      const { rows } = await getUsage(database, {
        from: '2025-11-01T04:00:00Z',
        to: '2025-11-03T05:00:00Z',
        time_zone: 'America/Havana',
        bucket: 'day',
      });
      expect(rows.map((row) => [row.bucket_start, row.bucket_local, row.input_tokens])).toEqual([
        ['2025-11-01T04:00:00.000Z', '2025-11-01 00:00', 1],
        ['2025-11-02T04:00:00.000Z', '2025-11-02 00:00', 110],
      ]);
      const start = startOfDay('America/Havana', Date.parse('2025-11-02T12:00:00Z'));
      expect(new Date(start).toISOString()).toBe('2025-11-02T04:00:00.000Z');
    });

    test('every zone of the database is read or refused, and days are in order', async () => {
      await store([tokens('2025-11-02T03:59:00Z', 1)]);
      const names = await database.query<{ name: string }>('select name from pg_timezone_names');
      const range = { from: '2025-10-01T00:00:00Z', to: '2025-11-10T00:00:00Z' };
      for (const { name } of names) {
        const series = getUsage(database, {
          ...range,
          time_zone: name,
          bucket: 'day',
          figures: ['input_tokens'],
        });
        const rows = await series.then(
          (answer) => answer.rows,
          (error: unknown) => {
            expect(error, name).toBeInstanceOf(InvalidQueryError);
            return [];
          },
        );
        const sum = rows.reduce((total, row) => total + (row.input_tokens ?? 0), 0);
        if (rows.length > 0) expect(sum, name).toBe(1);
      }
    });
  });

  test('"all of it" is answered, by bucket too, and too large an answer is refused', async () => {
    await store([message('2026-03-01T10:00:00Z', { model: 'm', metrics: { input_tokens: 5 } })]);
    const all = { from: '2026-01-01T00:00:00Z', to: '9999-12-31T23:59:59Z' };
    for (const bucket of [undefined, 'day', 'month'] as const) {
      for (const group_by of [[], ['model'], ['user_id'], ['agent_id']] as const) {
        const { rows } = await getUsage(database, { ...all, bucket, group_by });
        expect(rows.reduce((sum, row) => sum + (row.input_tokens ?? 0), 0)).toBe(5);
      }
    }
    const wide = getUsage(database, { ...all, from: '0001-01-01T00:00:00Z', bucket: '15m' });
    await expect(wide).rejects.toThrow(/bucket: Expected a range of at most 10000 buckets/);
    expect(await getDataRange(database, {})).toEqual({
      from: '2026-03-01T10:00:00.000Z',
      to: '2026-03-01T10:15:00.000Z',
    });
  });

  test('an answer of more rows than 50,000 is refused before it is made', async () => {
    await store(
      Array.from({ length: 6 }, (_, at) =>
        message('2026-03-01T10:00:00Z', { model: `m-${at}`, metrics: { input_tokens: 1 } }),
      ),
    );
    const asked = {
      from: '2025-12-01T00:00:00Z',
      to: '2026-03-10T00:00:00Z',
      bucket: '15m',
      group_by: ['model'],
    } as const;
    await expect(getUsage(database, asked)).rejects.toThrow(/at most 50000 rows/);
    expect((await getUsage(database, { ...asked, fill: false })).rows).toHaveLength(6);
    const total = await getUsage(database, { ...asked, group_by: [], fill: false });
    expect(total.rows.map((row) => [row.bucket_start, row.input_tokens])).toEqual([
      ['2026-03-01T10:00:00.000Z', 6],
    ]);
  });

  test('no setting of the database changes a figure', async () => {
    const time = 1.234567;
    await store([
      message('2026-03-01T10:00:00Z', {
        metrics: { input_tokens: 3, cached_tokens: 1, output_tokens: 7, time, cost: 0.123456789 },
      }),
    ]);
    const before = await getUsage(database, { ...day, bucket: 'day' });
    const [{ name }] = (await database.query<{ name: string }>(
      'select current_database() as name',
    )) as [{ name: string }];
    await database.query(`alter database ${name} set extra_float_digits = -15`);
    await database.query(`alter database ${name} set datestyle = 'German, DMY'`);
    await database.query(`alter database ${name} set timezone = 'Asia/Kathmandu'`);
    try {
      const { openDatabase } = await import('#runfold/postgres/database.js');
      const { host, port, user } = database.pool.options;
      const url = database.pool.options.connectionString;
      const other = openDatabase(
        url ?? { host: host ?? '', port: port ?? 0, user: user ?? '', database: name },
      );
      try {
        expect(await getUsage(other, { ...day, bucket: 'day' })).toEqual(before);
      } finally {
        await other.close();
      }
    } finally {
      await database.query(`alter database ${name} reset all`);
    }
    expect(before.rows[0]).toMatchObject({ cost: 0.123456789, time, cache_hit_rate: 1 / 3 });
  });
});
