import { afterAll, beforeAll, expect, test } from 'vitest';
import { correctionFor } from '#runfold/corrections/correction.js';
import { firstPage, readPricedPage } from '#runfold/corrections/unpriced-messages.js';
import { type Database, openDatabase } from '#runfold/postgres/database.js';
import { getRunMetrics } from '#runfold/query/agno/run-metrics.js';
import { listEvents } from '#runfold/query/log/events.js';
import { exportPages } from '#runfold/query/log/export-events.js';
import { listMessages } from '#runfold/query/log/messages.js';
import { listToolCalls } from '#runfold/query/log/tool-calls.js';
import { listRunSteps } from '#runfold/query/steps/run-steps.js';
import { followLog } from '#runfold/query/tail/tail.js';
import { getRunTree } from '#runfold/query/totals/run-tree.js';
import { getRun, listRuns } from '#runfold/query/totals/runs.js';
import { getSession } from '#runfold/query/totals/sessions.js';
import { onOneServer } from '../../harness/citus-store.js';
import { createTestDatabase, type TestDatabase } from '../../harness/database.js';
import { foldEvents } from '../../harness/fold-events.js';
import { vacuumTables } from '../../harness/store-tables.js';
import { describeWithPostgres } from '../../harness/suite.js';

const start = Date.parse('2026-03-01T00:00:00Z');
const eventsPerRun = 10;

function messageOf(session_id: string, at: number, since = start) {
  return {
    ...{ type: 'message', role: 'assistant', id: `m-${at}`, session_id },
    run_id: `${session_id}-${Math.floor(at / eventsPerRun)}`,
    occurred_at: new Date(since + at * 1_000).toISOString(),
    metrics: { input_tokens: 100, output_tokens: 10, time: 0.5 },
  };
}

/** A database that counts the blocks which its statements read, by their plans. */
function counting(database: Database) {
  let blocks = 0;
  let most = 0;
  const count = async (on: Pick<Database['pool'], 'query'>, text: string, values: unknown[]) => {
    const { rows } = await on.query<Record<string, [{ Plan: Record<string, number> }]>>(
      `explain (analyze, buffers, timing off, format json) ${text}`,
      values,
    );
    const plan = rows[0]?.['QUERY PLAN']?.[0]?.Plan;
    const read = Number(plan?.['Shared Hit Blocks']) + Number(plan?.['Shared Read Blocks']);
    blocks += read;
    most = Math.max(most, read);
  };
  const connect = async () => {
    const client = await database.pool.connect();
    return {
      async query(text: string, values?: unknown[]) {
        if (values !== undefined) await count(client, text, values);
        return client.query(text, values);
      },
      release: () => client.release(),
    };
  };
  const counted: Database = {
    ...database,
    pool: { connect } as unknown as Database['pool'],
    async query(text, values = []) {
      await count(database.pool, text, [...values]);
      return database.query(text, values);
    },
  };
  return { counted, blocks: () => blocks, most: () => most };
}

const describeHere = onOneServer(
  describeWithPostgres,
  'it counts the blocks that statements read on one server',
);

describeHere('a session of 20,000 events', () => {
  const small = { session_id: 'small', events: 1_000 };
  const large = { session_id: 'large', events: 20_000 };
  let home: TestDatabase;
  let database: Database;
  beforeAll(async () => {
    home = await createTestDatabase();
    database = openDatabase(home.url);
    for (const { session_id, events } of [small, large]) {
      for (let at = 0; at < events; at += 5_000) {
        const size = Math.min(5_000, events - at);
        await foldEvents(
          database,
          Array.from({ length: size }, (_, n) => messageOf(session_id, at + n)),
        );
      }
    }
    // Runs of other sessions, before and after these two.
    for (const days of [-10, 10]) {
      const since = start + days * 86_400_000;
      await foldEvents(
        database,
        Array.from({ length: 5_000 }, (_, n) => messageOf(`other-${days}-${n}`, n, since)),
      );
    }
    // A poll of a tail looks back two seconds; on a fast machine these are all events.
    await database.query(
      `update runfold_internal.event set recorded_at = recorded_at - interval '1 minute'`,
    );
    await vacuumTables(database);
  });
  afterAll(async () => {
    await database?.close();
    await home?.drop();
  });

  type Read = (counted: Database, session: typeof small) => Promise<unknown>;
  /** A run in the middle of the session. */
  const runOf = ({ session_id, events }: typeof small) => ({
    session_id,
    run_id: `${session_id}-${events / eventsPerRun / 2}`,
  });
  type Reads = readonly (readonly [string, Read])[];
  const reads: Reads = [
    ['a page of its runs', (on, { session_id }) => listRuns(on, { session_id, limit: 20 })],
    ['its totals', (on, { session_id }) => getSession(on, { session_id })],
    ['one run', (on, session) => getRun(on, runOf(session))],
    ['the messages of one run', (on, session) => listMessages(on, runOf(session))],
    ['the metrics of one run', (on, session) => getRunMetrics(on, runOf(session))],
    ['the tree of one run', (on, session) => getRunTree(on, runOf(session))],
    ['the steps of one run', (on, session) => listRunSteps(on, runOf(session))],
    [
      'a correction',
      (on, { session_id }) => correctionFor(on, { session_id, id: 'm-500' }, { cost: 1 }),
    ],
    [
      'an export of one run',
      async (on, session) => {
        const { session_id, run_id } = runOf(session);
        const pages = exportPages(on, { session_ids: [session_id], run_ids: [run_id] });
        return (await pages.next()).value;
      },
    ],
    ['the first page of its messages', (on, { session_id }) => listMessages(on, { session_id })],
    [
      'a page in its middle',
      (on, { session_id, events }) =>
        listMessages(on, {
          session_id,
          from: new Date(start + events * 500).toISOString(),
          limit: 50,
        }),
    ],
  ];

  const compare = async (read: Read) => {
    const blocksOf = async (session: typeof small) => {
      const { counted, blocks } = counting(database);
      expect(await read(counted, session)).toBeTruthy();
      return blocks();
    };
    const few = await blocksOf(small);
    expect(few).toBeGreaterThan(0);
    // An index has a level more.
    expect(await blocksOf(large)).toBeLessThan(few * 1.5 + 20);
  };
  test.each(reads)('costs no more than a short one to read: %s', (_, read) => compare(read));

  test.each<[string, Read]>([
    ['calls', (on, { session_id }) => listToolCalls(on, { session_id })],
    ['failed calls', (on, { session_id }) => listToolCalls(on, { session_id, failed: true })],
    ['calls in the log', (on, { session_id }) => listEvents(on, { session_id, type: 'tool_call' })],
  ])('costs its runs, and not its messages, to find no %s', async (_, read) => {
    const { counted, blocks } = counting(database);
    expect(await read(counted, large)).toMatchObject({ items: [] });
    expect(blocks()).toBeLessThan(large.events / eventsPerRun);
  });

  test('costs each correction of many what it costs to correct one', async () => {
    // The last statistics know of no correction, as while many messages get their first price.
    await foldEvents(
      database,
      Array.from({ length: 2_000 }, (_, at) => ({
        ...messageOf('large', at),
        id: `c-${at}`,
        corrects: `m-${at}`,
        metrics: { input_tokens: -1 },
      })),
    );
    const { counted, blocks } = counting(database);
    const { items } = await listMessages(counted, { session_id: 'large', limit: 50 });
    expect(items.map((item) => item.corrections)).toEqual(Array(50).fill(1));
    await correctionFor(counted, { session_id: 'large', id: 'm-500' }, { cost: 1 });
    expect(blocks()).toBeLessThan(3_000);
    const none = { from: undefined, to: undefined };
    const page = await readPricedPage(counted, 1, none, ['large', firstPage[1]]);
    expect(page?.events).toHaveLength(2_000);
    expect(blocks()).toBeLessThan(40_000);
  });

  test('costs a tail what is new in it', async () => {
    const { counted, most } = counting(database);
    const stop = new AbortController();
    const tail = followLog(counted, { poll_ms: 1, signal: stop.signal });
    await tail.next();
    // Another event each time that this is tried again.
    const [{ events } = { events: 0 }] = await database.query<{ events: number }>(
      `select count(*)::int as events from runfold_internal.event where session_id = 'large'`,
    );
    await foldEvents(database, [messageOf('large', events)]);
    for await (const item of tail) {
      if (item.kind === 'event') break;
    }
    stop.abort();
    // How often it polls depends on what else the server does, but no poll reads the session.
    expect(most()).toBeLessThan(200);
  });
});
