import { expect, test } from 'vitest';
import { createBudget } from '#runfold/budgets/budgets.js';
import { isTimeZone } from '#runfold/events/check/time-zone-name.js';
import type { Database } from '#runfold/postgres/database.js';
import { getUsage } from '#runfold/query/usage/get-usage.js';
import { offsetAt } from '#runfold/query/usage/time-zone.js';
import { createProject, setProjectZone } from '#runfold/store/projects.js';
import { postgresZoneSql } from '#runfold/store/time-zones.js';
import { withTestDatabase } from '../../harness/database.js';
import { describeWithPostgres } from '../../harness/suite.js';

const plain = ['CET', 'MET', 'EET', 'wet', 'EST5EDT', 'EST', 'HST', 'GB', 'NZ-CHAT', 'Zulu', 'utc'];
const abbreviations = ['BST', 'IST', 'PST', 'CST', 'JST', 'CEST', 'EDT', 'Z', 'ist', '+05:45', ''];

test('the names of zones are accepted, and abbreviations of several are not', () => {
  const cities = ['America/New_York', 'asia/kathmandu', 'Etc/GMT+5', 'US/Pacific'];
  expect([...plain, ...cities].filter((name) => !isTimeZone(name))).toEqual([]);
  const others = ['Mars/Olympus', 'UTC; drop table x', 7, null];
  expect([...abbreviations, ...others].filter(isTimeZone)).toEqual([]);
});

describeWithPostgres('time zones', () => {
  let database: Database;
  withTestDatabase((opened) => {
    database = opened;
  });

  test('that are accepted have the same clock in Node.js and in Postgres', async () => {
    const names = [...plain, ...Intl.supportedValuesOf('timeZone')].filter(isTimeZone);
    expect(names.length).toBeGreaterThan(400);
    const times = ['2025-01-15T12:00:00Z', '2025-07-15T12:00:00Z'];
    const rows = await database.query<{ name: string; at: string; offset_ms: number }>(
      `select n.name, t.at, (extract(epoch from t.at::timestamptz at time zone ${postgresZoneSql('n.name')}
        - t.at::timestamptz at time zone 'UTC') * 1000)::integer as offset_ms
      from unnest($1::text[]) n(name), unnest($2::text[]) t(at)
      where ${postgresZoneSql('upper(n.name)')} = any(array['Europe/Brussels', 'Europe/Athens', 'Europe/Lisbon'])
        or exists (select from pg_timezone_names p where lower(p.name) = lower(n.name))`,
      [names, times],
    );
    expect(rows.length).toBeGreaterThan(700);
    const different = rows.filter(
      ({ name, at, offset_ms }) => offsetAt(name, Date.parse(at)) !== offset_ms,
    );
    expect(different).toEqual([]);
  });

  test.each(['IST', 'BST', 'PST'])('%s is refused alike by every question', async (time_zone) => {
    const expected = 'an IANA time zone such as America/New_York, not an abbreviation such as IST';
    const budget = { name: 'zoned', scope: 'project', measure: 'cost', limit: 1 } as const;
    for (const asked of [
      createBudget(database, { ...budget, time_zone }),
      createProject(database, { name: 'zoned', time_zone }),
      setProjectZone(database, { id: 1, time_zone }),
      getUsage(database, { from: '2026-01-01T00:00:00Z', time_zone }),
    ]) {
      await expect(asked).rejects.toThrow(`xpected ${expected}, got "${time_zone}"`);
    }
  });
});
