import pg from 'pg';
import { expect, test } from 'vitest';
import { createBatch } from '#runfold/append/batch.js';
import { decodeJob } from '#runfold/append/decode-job.js';
import { statementOn } from '#runfold/append/write-batch.js';
import type { Database } from '#runfold/postgres/database.js';
import { appendAndFoldSql } from '#runfold/projections/fold/append-and-fold.js';
import { projections } from '#runfold/projections/projections.js';
import { isSpread } from '#runfold/query/readers/readers.js';
import { followLog, type TailItem, type TailOptions } from '#runfold/query/tail/tail.js';
import { encodeTailPoint } from '#runfold/query/tail/tail-cursor.js';
import { takeSnapshot } from '#runfold/query/tail/tail-snapshot.js';
import { onOneServer } from '../../../harness/citus-store.js';
import { foldEvents } from '../../../harness/fold-events.js';
import { sampleEvents } from '../../../harness/sample-events.js';
import { describeWithPostgres } from '../../../harness/suite.js';
import { describeOnEachTier, openTestTier } from '../../../harness/tiers.js';

const statement = appendAndFoldSql(projections);

/** Without totals, so that transactions share no rows and do not wait for each other. */
const appendOnly = appendAndFoldSql([]);

/** Appends sample events to a store on one server, in one statement of a connection. */
async function append(
  on: pg.Pool | pg.ClientBase,
  count: number,
  name: string,
  { text = statement } = {},
) {
  const job = decodeJob(name, { v: 1, project: 1, events: sampleEvents(count, name) });
  await statementOn(on, text, true)(createBatch([job]), []);
}

/** The items of a stream from a cursor until a read finds nothing more. */
async function drain(database: Database, options: TailOptions & { most?: number } = {}) {
  const { most = Number.POSITIVE_INFINITY, ...rest } = options;
  const ended = new AbortController();
  const items: TailItem[] = [];
  let cursor = '';
  let looks = 0;
  for await (const item of followLog(database, { ...rest, poll_ms: 1, signal: ended.signal })) {
    cursor = item.cursor;
    if (item.kind === 'none') looks += 1;
    else items.push(item);
    // The first item marks the beginning, the second the end of a read.
    if (items.length >= most || looks === 2) ended.abort();
  }
  return { items, cursor };
}

const idOf = (item: TailItem) =>
  item.kind === 'event' ? item.event.id : item.kind === 'run' ? `run ${item.run.run_id}` : '';
const idsOf = ({ items }: { items: readonly TailItem[] }) => items.map(idOf);

describeOnEachTier('a tail', (name) => {
  test('gives what is folded after it began, events first and then their runs', async () => {
    const home = await openTestTier(name);
    const { database } = home.tier;
    await foldEvents(database, sampleEvents(8, 'before'));
    const begun = await drain(database);
    expect(begun.items).toEqual([]);
    await foldEvents(database, sampleEvents(16, 'after'));
    await foldEvents(database, sampleEvents(8, 'elsewhere'), 2);
    const { items, cursor } = await drain(database, { cursor: begun.cursor });
    expect(items.map(({ kind }) => kind)).toEqual([
      ...Array(16).fill('event'),
      ...Array(2).fill('run'),
    ]);
    expect(new Set(idsOf({ items })).size).toBe(18);
    expect(items.at(-1)).toMatchObject({ run: { run_id: 'after-run-1', assistant_messages: 2 } });
    expect((await drain(database, { cursor })).items).toEqual([]);
    expect(idsOf(await drain(database, { cursor: begun.cursor, only: 'runs' }))).toEqual([
      'run after-run-0',
      'run after-run-1',
    ]);
    const one = { cursor: begun.cursor, run_id: 'after-run-1', only: 'events' } as const;
    expect((await drain(database, one)).items).toHaveLength(8);
    await home.close();
  });

  test('goes on after any item, without gaps or repeats', async () => {
    const home = await openTestTier(name);
    const { database } = home.tier;
    const { cursor: start } = await drain(database);
    await foldEvents(database, sampleEvents(24, 'first'));
    const all = idsOf(await drain(database, { cursor: start }));
    expect(all).toHaveLength(27);
    // Every position on a server. Only some on the embedded store, which takes a tenth of a second
    // for each.
    for (let most = 1; most <= 27; most += name === 'embedded' ? 5 : 1) {
      const head = await drain(database, { cursor: start, most });
      const tail = await drain(database, { cursor: head.cursor });
      expect([...idsOf(head), ...idsOf(tail)]).toEqual(all);
    }
    // Events that are folded while a client is disconnected come after the rest of its step.
    const head = await drain(database, { cursor: start, most: 10 });
    await foldEvents(database, sampleEvents(8, 'later'));
    const tail = idsOf(await drain(database, { cursor: head.cursor }));
    const next = idsOf(await drain(database, { cursor: start }));
    // Between servers there is no order.
    const rest = (await isSpread(database)) ? tail.filter((id) => all.includes(id)) : tail;
    expect(rest.slice(0, 17)).toEqual(all.slice(10));
    expect(next.filter((id) => id.startsWith('later'))).toHaveLength(8);
    await home.close();
  });
});

const describeHere = onOneServer(
  describeWithPostgres,
  'it holds transactions of one server open; test/store/shards/citus-moves.test.ts follows many servers',
);

describeHere('a tail beside open transactions', () => {
  test('gives the events of one that began earlier and ended later, once', async () => {
    const home = await openTestTier('postgres');
    const { database, target } = home.tier;
    const clients = await Promise.all(
      [0, 1, 2].map(async () => {
        const client = new pg.Client({ connectionString: String(target) });
        await client.connect();
        return client;
      }),
    );
    const [one, two, three] = clients;
    if (one === undefined || two === undefined || three === undefined) throw new Error('clients');
    let { cursor } = await drain(database);
    const seen: string[] = [];
    const look = async () => {
      const found = await drain(database, { cursor, only: 'events' });
      cursor = found.cursor;
      seen.push(...idsOf(found));
      return found.items.length;
    };
    const add = (on: pg.Client | pg.Pool, name: string) =>
      append(on as never, 8, name, { text: appendOnly });

    await one.query('begin');
    await add(one, 'one');
    await two.query('begin');
    await add(two, 'two');
    expect(await look()).toBe(0);
    await two.query('commit');
    expect(await look()).toBe(8);
    await three.query('begin');
    await add(database.pool, 'between');
    expect(await look()).toBe(8);
    // Its time is from before the read, but it writes to the log only now.
    await add(three, 'three');
    await one.query('commit');
    expect(await look()).toBe(8);
    await three.query('commit');
    expect(await look()).toBe(8);
    expect(await look()).toBe(0);
    expect(new Set(seen).size).toBe(32);

    await one.query('begin');
    await add(one, 'undone');
    await look();
    await one.query('rollback');
    expect(await look()).toBe(0);
    await Promise.all(clients.map((client) => client.end()));
    await home.close();
  });

  test('misses and repeats nothing of many that overlap at random', async () => {
    const home = await openTestTier('postgres');
    const { database } = home.tier;
    const ended = new AbortController();
    const seen: string[] = [];
    let { cursor } = await drain(database);
    let done = false;
    const following = (async () => {
      for (let quiet = 0; quiet < 2; ) {
        // A client that disconnects at arbitrary positions.
        const found = await drain(database, { cursor, only: 'events', most: 37 });
        cursor = found.cursor;
        seen.push(...idsOf(found));
        quiet = done && found.items.length === 0 ? quiet + 1 : 0;
      }
    })();
    await Promise.all(
      Array.from({ length: 4 }, async (_, writer) => {
        const client = new pg.Client({ connectionString: String(home.tier.target) });
        await client.connect();
        for (let batch = 0; batch < 12; batch++) {
          await client.query('begin');
          await append(client as never, 8, `w${writer}-${batch}`);
          await client.query('select pg_sleep($1)', [((writer * 7 + batch * 3) % 5) / 50]);
          await client.query(batch % 6 === 5 ? 'rollback' : 'commit');
        }
        await client.end();
      }),
    );
    done = true;
    await following;
    ended.abort();
    const logged = await database.query<{ id: string }>('select id from runfold.events');
    expect(seen.length).toBe(logged.length);
    expect(seen.sort()).toEqual(logged.map(({ id }) => id).sort());
    await home.close();
  });

  test('is read by the index, and refuses to begin where it cannot go on', async () => {
    const home = await openTestTier('postgres');
    const { database } = home.tier;
    const { cursor } = await drain(database);
    await expect(drain(database, { cursor, project: 2 })).rejects.toMatchObject({
      code: 'invalid_cursor',
    });
    await expect(drain(database, { cursor: 'nonsense' })).rejects.toMatchObject({
      code: 'invalid_cursor',
    });
    const { snapshot, at } = await takeSnapshot(database);
    const point = { v: 1, project: 1, from: snapshot, floor: at } as const;
    const old = encodeTailPoint({ ...point, floor: at - 25 * 3_600_000_000 });
    const foreign = encodeTailPoint({ ...point, from: '4000000000:4000000000:' });
    for (const expired of [old, foreign]) {
      await expect(drain(database, { cursor: expired })).rejects.toMatchObject({
        code: 'tail_expired',
      });
    }
    for (let batch = 0; batch < 20; batch++) await append(database.pool, 500, `b${batch}`);
    await database.query(
      "update runfold_internal.event set recorded_at = now() - interval '1 hour'",
    );
    await database.query('vacuum analyze runfold_internal.event');
    const plan = await database.query<{ 'QUERY PLAN': string }>(
      "explain select from runfold_internal.event where project = 1 and recorded_at >= now() - interval '2 seconds'",
    );
    expect(JSON.stringify(plan)).toContain('event_recorded_at');
    await home.close();
  });
});
