import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stripeOf } from '#runfold/events/stripe.js';
import type { Database } from '#runfold/postgres/database.js';
import { stripeSql } from '#runfold/store/shards/stripe-sql.js';
import { withTestDatabase } from '../../../harness/database.js';
import { describeWithPostgres } from '../../../harness/suite.js';

/** Project, session and its stripe of 64. They never change: stores are divided by them. */
const vectors = [
  [1, 's-1', 17],
  [1, 's-2', 52],
  [7, 's-1', 45],
  [1, 'Grüße', 16],
] as const;

describe('the stripe of a session', () => {
  test.each(vectors)('of project %i, session %s, is %i of 64', (project, session, stripe) => {
    expect(stripeOf(project, session, 64)).toBe(stripe);
  });

  test('is spread evenly', () => {
    const counts = new Array<number>(64).fill(0);
    for (let at = 0; at < 64_000; at++) {
      const stripe = stripeOf(1, `session-${at}`, 64);
      counts[stripe] = (counts[stripe] ?? 0) + 1;
    }
    expect(Math.max(...counts)).toBeLessThan(1_150);
    expect(Math.min(...counts)).toBeGreaterThan(850);
  });
});

describeWithPostgres('the stripe of a session in SQL', () => {
  let database: Database;
  withTestDatabase((opened) => {
    database = opened;
  });

  test('is the same number, whatever the letters', async () => {
    const sql = stripeSql('u.project', 'u.session', 64);
    const texts = fc.sample(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), 300);
    const sessions = [
      ...vectors.map(([project, session]) => ({ project, session })),
      ...texts
        .filter((session) => session.isWellFormed() && !session.includes('\0'))
        .map((session, at) => ({ project: 1 + (at % 9), session })),
    ];
    const rows = await database.query<{ stripe: string }>(
      `select ${sql} as stripe from unnest($1::integer[], $2::text[]) with ordinality as u(project, session, place)
      order by u.place`,
      [sessions.map(({ project }) => project), sessions.map(({ session }) => session)],
    );
    expect(rows.map(({ stripe }) => Number(stripe))).toEqual(
      sessions.map(({ project, session }) => stripeOf(project, session, 64)),
    );
  });
});
