import { expect, test } from 'vitest';
import { createBudget } from '#runfold/budgets/budgets.js';
import type { Database } from '#runfold/postgres/database.js';
import { bucketsOf } from '#runfold/query/usage/usage-buckets.js';
import { quarterRange } from '#runfold/query/usage/usage-range.js';
import { withTestDatabase } from '../../harness/database.js';
import { describeWithPostgres } from '../../harness/suite.js';

const quarter = 900_000;
const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/Havana',
  'America/Sao_Paulo',
  'Asia/Kathmandu',
  'Asia/Beirut',
  'Africa/Cairo',
  'Australia/Lord_Howe',
];
/** Weeks around clock changes in both directions; on Lord Howe of half an hour. */
const stretches = [
  '2018-11-01',
  '2025-03-24',
  '2025-10-23',
  '2026-04-20',
  '2025-10-30',
  '2025-09-30',
  '2026-03-30',
];

describeWithPostgres('windows of budgets', () => {
  let database: Database;
  withTestDatabase((opened) => {
    database = opened;
  });

  const windowOf = async (
    kind: string,
    zone: string,
    at: number,
    quarters: number | null = null,
  ) => {
    const [row] = await database.query<{ window_first: number; window_end: number }>(
      `select * from runfold_internal.budget_window($1, $2, $3, '1970-01-02', $4)`,
      [kind, zone, quarters, new Date(at).toISOString()],
    );
    return row;
  };

  test.each(['hour', 'day', 'week', 'month'] as const)(
    'of a %s are those of usage in every zone, over changes of the clock',
    async (kind) => {
      for (const zone of zones) {
        for (const day of stretches) {
          const from = Date.parse(`${day}T00:15:00Z`);
          const to = from + 11 * 86_400_000;
          const range = quarterRange({
            from: new Date(from - 40 * 86_400_000).toISOString(),
            to: new Date(to + 40 * 86_400_000).toISOString(),
            bucket: kind,
            time_zone: zone,
          });
          const starts = bucketsOf({ ...range, bucket: kind }).map(({ start }) => start);
          const times = Array.from({ length: 46 }, (_, number) => from + number * 5.25 * 3_600_000);
          const rows = await database.query<{ window_first: number; window_end: number }>(
            `select w.* from unnest($3::timestamptz[]) with ordinality t(at, place),
              lateral runfold_internal.budget_window($1, $2, null, '1970-01-02', t.at) w order by place`,
            [kind, zone, times.map((at) => new Date(at).toISOString())],
          );
          const expected = times.map((at) => {
            const place = starts.findLastIndex((start) => start <= Math.floor(at / quarter));
            return { window_first: starts[place], window_end: starts[place + 1] };
          });
          expect({ zone, day, rows }).toEqual({ zone, day, rows: expected });
        }
      }
    },
  );

  test('have 23 and 25 hours on the days of a change', async () => {
    const hoursOf = async (at: string) => {
      const row = await windowOf('day', 'Europe/Berlin', Date.parse(at));
      return ((row?.window_end ?? 0) - (row?.window_first ?? 0)) / 4;
    };
    expect(await hoursOf('2026-03-29T10:00:00Z')).toBe(23);
    expect(await hoursOf('2026-10-25T10:00:00Z')).toBe(25);
    expect(await hoursOf('2026-10-26T10:00:00Z')).toBe(24);
  });

  test('that roll end with the quarter of an hour at hand', async () => {
    const at = Date.parse('2026-03-04T09:44:59Z');
    const now = Math.floor(at / quarter);
    expect(await windowOf('rolling', 'UTC', at, 4)).toEqual({
      window_first: now - 3,
      window_end: now + 1,
    });
  });

  test.each(['CET', 'met', 'EET', 'WET', 'EST', 'Europe/Berlin'])(
    'of a budget in %s are those of usage in summer too',
    async (time_zone) => {
      const name = time_zone.toLowerCase().replace('/', '-');
      const budget = { name, scope: 'project', measure: 'cost', limit: 1 } as const;
      const made = await createBudget(database, { ...budget, window: 'day', time_zone });
      const at = Date.parse('2025-07-10T12:00:00Z');
      const range = quarterRange({
        from: '2025-07-01T00:00:00Z',
        to: '2025-08-01T00:00:00Z',
        bucket: 'day',
        time_zone,
      });
      const starts = bucketsOf({ ...range, bucket: 'day' }).map(({ start }) => start);
      const place = starts.findLastIndex((start) => start <= at / quarter);
      expect(await windowOf('day', made.time_zone, at)).toEqual({
        window_first: starts[place],
        window_end: starts[place + 1],
      });
    },
  );

  test('are refused in the zone of a project that Postgres reads as an abbreviation', async () => {
    await database.query(`update runfold_internal.project set time_zone = 'IST'`);
    const budget = { name: 'abbreviated', scope: 'project', measure: 'cost', limit: 1 } as const;
    const refused =
      /time_zone: expected a time zone that Postgres knows, .*, got that of the project/;
    await expect(createBudget(database, { ...budget, window: 'day' })).rejects.toThrow(refused);
    await database.query('update runfold_internal.project set time_zone = null');
  });
});
