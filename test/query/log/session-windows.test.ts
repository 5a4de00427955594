import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MetricEventInput } from '#runfold/events/metric-event.js';
import { type Database, openDatabase } from '#runfold/postgres/database.js';
import { type ListEventsOptions, listEvents } from '#runfold/query/log/events.js';
import { listMessages } from '#runfold/query/log/messages.js';
import { listToolCalls } from '#runfold/query/log/tool-calls.js';
import { createShards } from '#runfold/store/create-shards.js';
import { onOneServer } from '../../../harness/citus-store.js';
import { createTestDatabase, type TestDatabase } from '../../../harness/database.js';
import { foldEvents } from '../../../harness/fold-events.js';
import { randomNumbers } from '../../../harness/random-numbers.js';
import { describeWithPostgres } from '../../../harness/suite.js';

const start = Date.parse('2026-03-01T00:00:00Z');
const session_id = 'busy';
const minute = 60_000;
/** Runs of every class of length, from seconds to months. */
const lengths = [
  1_000,
  minute,
  10 * minute,
  60 * minute,
  600 * minute,
  5_000 * minute,
  90_000 * minute,
];

/**
 * Runs that begin one after the other, overlap, and are of very different lengths. Some events occur at one time, and
 * corrections occur when they like.
 */
function randomEvents(seed: number): MetricEventInput[] {
  const random = randomNumbers(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const events: MetricEventInput[] = [];
  for (let run = 0; run < 120; run++) {
    const begins = start + below(200) * minute * 5;
    const length = lengths[below(random() < 0.7 ? 3 : lengths.length)] ?? 0;
    const count = 1 + below(6);
    for (let at = 0; at < count; at++) {
      const id = `e-${run}-${at}`;
      const millis = begins + Math.floor((length * at) / count / 1000) * 1000;
      const place = { session_id, run_id: `r-${run}` };
      const occurred_at = new Date(millis).toISOString();
      const metrics = { input_tokens: 10, output_tokens: 1, time: below(3) * 40 };
      events.push({
        ...{ type: 'message', role: 'assistant', id, ...place, occurred_at, metrics },
        ...(random() < 0.5 ? { sequence: below(4) } : {}),
      });
      if (random() > 0.15) continue;
      const late = new Date(start + below(1_400) * minute * 5 - 100 * minute).toISOString();
      const corrects = random() < 0.8 ? id : `unknown-${id}`;
      events.push({
        ...{ type: 'message', role: 'assistant', id: `c-${id}`, ...place, corrects },
        ...{ occurred_at: random() < 0.5 ? occurred_at : late, metrics: { input_tokens: -1 } },
      });
    }
  }
  // Calls in some runs, and a correction of a call of which nothing else has arrived, in a run without calls.
  const calls = events.filter((event, at) => at % 11 === 0 && event.corrects === undefined);
  for (const [at, { id, run_id, occurred_at }] of calls.entries()) {
    events.push({
      ...{ type: 'tool_call', tool_name: 'search', id: `t-${id}`, session_id, run_id },
      ...{ occurred_at, metrics: { time: 1 } },
      ...(at % 3 === 0 ? { error: 'broken' } : {}),
    });
  }
  events.push({
    ...{ type: 'tool_call', tool_name: 'search', id: 'c-call', session_id, run_id: 'r-uncalled' },
    ...{ corrects: 'lost-call', occurred_at: new Date(start).toISOString(), metrics: { time: 1 } },
  });
  // A run of which only a correction has arrived.
  events.push({
    ...{ type: 'message', role: 'assistant', id: 'alone', session_id, run_id: 'r-alone' },
    ...{ corrects: 'lost', occurred_at: new Date(start + 7 * minute).toISOString() },
    metrics: { output_tokens: -1 },
  });
  return events;
}

const stores = { 'a store': undefined, 'a store in stripes': 3 };
for (const [name, stripes] of Object.entries(stores)) {
  const describeStore =
    stripes === undefined
      ? describeWithPostgres
      : onOneServer(describeWithPostgres, 'it divides a store on one server');
  describeStore(`pages of a session in ${name}`, () => {
    let home: TestDatabase;
    let database: Database;
    beforeAll(async () => {
      home = await createTestDatabase();
      database = openDatabase(home.url);
      if (stripes !== undefined) await createShards(database, { stripes, kind: 'partitions' });
      await foldEvents(database, randomEvents(1));
      await foldEvents(
        database,
        randomEvents(2).map((event) => ({ ...event, session_id: 'another' })),
      );
    });
    afterAll(async () => {
      await database?.close();
      await home?.drop();
    });

    const idsOf = async (options: ListEventsOptions, list: typeof listEvents = listEvents) => {
      const ids: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await list(database, { ...options, session_id, cursor });
        ids.push(...page.items.map(({ id }) => id));
        cursor = page.next_cursor;
      } while (cursor !== undefined);
      return ids;
    };
    const expected = async (where = 'true') => {
      const rows = await database.query<{ id: string }>(
        `select e.id from runfold.events e where e.session_id = $1 and ${where}
      order by e.occurred_at, coalesce(e.sequence, 0), e.id collate "C"`,
        [session_id],
      );
      return rows.map(({ id }) => id);
    };

    test.each([1, 7, 50, 1000])(
      'show every event once and in order, %i per page',
      async (limit) => {
        const all = await expected();
        expect(all.length).toBeGreaterThan(350);
        expect(await idsOf({ limit })).toEqual(all);
      },
    );

    test('show those between two times', async () => {
      const random = randomNumbers(3);
      for (let at = 0; at < 12; at++) {
        const [from = '', to = ''] = [random(), random()]
          .map((share) => new Date(start + Math.floor(share * 1_200) * 5 * minute).toISOString())
          .sort();
        const within = `e.occurred_at >= '${from}' and e.occurred_at < '${to}'`;
        expect(await idsOf({ from, to, limit: 20 })).toEqual(await expected(within));
        expect(await idsOf({ from, limit: 100 })).toEqual(
          await expected(`e.occurred_at >= '${from}'`),
        );
      }
    });

    test('show messages with their corrections, and corrections of unknown events', async () => {
      const found = await idsOf({ limit: 9 }, listMessages as unknown as typeof listEvents);
      const rows = await database.query<{ id: string; corrects: string | null; run_id: string }>(
        'select e.id, e.corrects, e.run_id from runfold.events e where e.session_id = $1',
        [session_id],
      );
      const runs = new Map(rows.map(({ id, run_id }) => [id, run_id]));
      const shown = new Set(
        rows
          .filter(({ corrects, run_id }) => runs.get(corrects ?? '') !== run_id)
          .map(({ id }) => id),
      );
      expect(shown.size).toBeLessThan(rows.length);
      const messages = await expected(`e.type = 'message'`);
      expect(found).toEqual(messages.filter((id) => shown.has(id)));
    });

    test.each([
      [{ limit: 5 }, `e.type = 'tool_call'`],
      [{ limit: 5, failed: true }, `e.type = 'tool_call' and e.error`],
      [{ limit: 5, failed: false }, `e.type = 'tool_call' and e.error is not true`],
    ])('show calls of the runs that have some, with %j', async (options, where) => {
      const all = await expected(where);
      expect(all.length).toBeGreaterThan(4);
      expect(await idsOf(options, listToolCalls as unknown as typeof listEvents)).toEqual(all);
    });

    test('show the calls in the log', async () => {
      const all = await expected(`e.type = 'tool_call'`);
      expect(await idsOf({ limit: 5, type: 'tool_call' })).toEqual(all);
    });
  });
}
