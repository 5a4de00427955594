import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { evaluate } from '#runfold/alerts/evaluate.js';
import { listAlertHistory } from '#runfold/alerts/history.js';
import { createRule, listRules } from '#runfold/alerts/rules.js';
import { decodeJob } from '#runfold/append/decode-job.js';
import { type BatchOutcome, writeBatch } from '#runfold/append/write-batch.js';
import {
  type EventWriter,
  openEventWriter,
  writerTo,
} from '#runfold/append/writer/event-writer.js';
import { askBudgets } from '#runfold/budgets/ask-budgets.js';
import { readCheck } from '#runfold/budgets/asked-check.js';
import { listBudgetStandings } from '#runfold/budgets/budget-standing.js';
import { createBudget } from '#runfold/budgets/budgets.js';
import { voidingFor } from '#runfold/corrections/correction.js';
import { readSpans } from '#runfold/otlp/read-body.js';
import { type Database, openDatabase } from '#runfold/postgres/database.js';
import { isConflict } from '#runfold/postgres/postgres-errors.js';
import { verify, verifyShards } from '#runfold/projections/audit/verify.js';
import { projections } from '#runfold/projections/projections.js';
import { rebuild } from '#runfold/projections/rebuild/rebuild.js';
import { views } from '#runfold/projections/views/views.js';
import { followLog } from '#runfold/query/tail/tail.js';
import { openSpanInbox } from '#runfold/worker/spans/open-spans.js';
import { createTestDatabase, type TestDatabase } from '../../../harness/database.js';
import { createDividedDatabase, testStripes } from '../../../harness/divided-store.js';
import { type MovableShards, movableShards } from '../../../harness/movable-shards.js';
import { readCaptures } from '../../../harness/otlp/captures.js';
import { randomNumbers } from '../../../harness/random-numbers.js';
import { sampleEvent } from '../../../harness/sample-events.js';
import { describeWithPostgres } from '../../../harness/suite.js';
import { waitUntil } from '../../../harness/wait-until.js';

/** Steps of each seed, and how many seeds; `DIVIDED_STEPS=300 DIVIDED_SEEDS=20` for a long run. */
const steps = Number(process.env.DIVIDED_STEPS ?? 16);
const seeds = Number(process.env.DIVIDED_SEEDS ?? 2);

/** Projects of events that were emitted, and the one of spans. */
const projects = [1, 2] as const;
const spanProject = 3;

/** The spans of every capture, each once. */
const capturedSpans = () => {
  const options = { nowUs: 1_796_000_000_000_000, mostDays: 0, keepsErrorText: false };
  const items = readCaptures()
    .flatMap(({ requests }) => requests)
    .filter(({ path }) => path === '/v1/traces')
    .flatMap(({ body }) => [...readSpans(Buffer.from(JSON.stringify(body)), 'json', options)])
    .flatMap((one) => ('item' in one ? [one.item] : []));
  return [...new Map(items.map((item) => [`${item.trace}/${item.span}`, item])).values()];
};

interface Store {
  readonly name: string;
  readonly home: TestDatabase;
  readonly database: Database;
  readonly writer: EventWriter;
  readonly verify: () => ReturnType<typeof verify>;
  readonly movable?: MovableShards;
}

type Event = Record<string, unknown>;

async function openStores(): Promise<Store[]> {
  const home = await createTestDatabase();
  const whole = openDatabase(home.url, { max: 5 });
  const parted = await createDividedDatabase();
  const moved = await createDividedDatabase();
  const movable = await movableShards(moved.database, testStripes);
  const of = (database: Database) => ({
    database,
    writer: openEventWriter(database, projections),
    verify: () => verify(database),
  });
  return [
    { name: 'whole', home, ...of(whole) },
    { name: 'divided', home: parted.home, ...of(parted.database) },
    {
      name: 'movable',
      home: moved.home,
      database: moved.database,
      movable,
      writer: writerTo(movable.map, moved.database, projections),
      verify: () => verifyShards(movable.map),
    },
  ];
}

async function write(
  store: Store,
  events: readonly Event[],
  project: number,
): Promise<BatchOutcome> {
  const { run, findOverflows } = store.writer;
  const job = JSON.parse(JSON.stringify({ v: 1, project, events }));
  for (;;) {
    try {
      return await writeBatch(run, [decodeJob(randomUUID(), job)], { findOverflows });
    } catch (error) {
      // Swapping tables conflicts with writers of other stripes.
      if (!isConflict(error)) throw error;
    }
  }
}

/** Moves a stripe of a store while events are written. */
async function moveWhile(
  store: Store,
  { move }: MovableShards,
  stripe: number,
  events: readonly Event[],
): Promise<void> {
  let written: Promise<BatchOutcome> | undefined;
  await move(stripe, true, async () => {
    // It waits for the end of the move.
    written = write(store, events, 1);
  });
  await written;
}

const shuffled = <T>(list: readonly T[], random: () => number): T[] =>
  list
    .map((item) => [random(), item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);

/** What readers see of the projects that all stores have, without times of recording. */
async function seen({ database }: Store, of: readonly number[] = projects): Promise<unknown> {
  const found: Record<string, unknown> = {};
  const queries = views.filter(({ name }) => !/waiting_spans|alert|rejected|budget/.test(name));
  for (const { name } of queries) {
    const rows = await database.query<{ row: string }>(
      `select (to_jsonb(v) - 'recorded_at')::text as row from runfold.${name} v
      where (to_jsonb(v)->>'project')::integer = any($1) order by 1`,
      [of],
    );
    found[name] = rows.map(({ row }) => row);
  }
  for (const project of of) {
    const standings = await listBudgetStandings(database, { project, limit: 50 });
    found[`budgets ${project}`] = standings.map(({ name, uses, holds }) => {
      const amounts = holds.map(({ value, amount }) => `${value} ${amount}`).sort();
      return { name, uses, amounts };
    });
  }
  const rules = await listRules(database);
  found.rules = rules.map(({ name, firing, states }) => {
    const sorted = states.map(({ value, share }) => `${value} ${share}`).sort();
    return { name, firing, sorted };
  });
  const { items } = await listAlertHistory(database, { limit: 200 });
  found.history = items.map(({ type, data }) => `${type} ${data.value} ${data.share}`).sort();
  return found;
}

/** Follows the log of a project, and is interrupted again and again. */
function follow(database: Database, project: number, random: () => number) {
  const stop = new AbortController();
  const ids: string[] = [];
  let cursor: string | undefined;
  let begun: () => void = () => undefined;
  const beginning = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const reading = (async () => {
    while (!stop.signal.aborted) {
      const tail = followLog(database, {
        project,
        cursor,
        only: 'events',
        poll_ms: 100,
        signal: stop.signal,
      });
      for await (const item of tail) {
        cursor = item.cursor;
        if (item.kind === 'event') ids.push(item.event.id);
        begun();
        if (random() < 0.1) break;
      }
    }
  })();
  return {
    beginning,
    ids,
    async stop() {
      stop.abort();
      await reading.catch(() => undefined);
    },
  };
}

describeWithPostgres('a divided store beside a whole one', () => {
  test.each(Array.from({ length: seeds }, (_, at) => 1 + at))(
    'folds, holds, alerts, tails, voids and is rebuilt alike, seed %i',
    async (seed) => {
      const random = randomNumbers(seed);
      const whole = (count: number) => Math.floor(random() * count);
      const startedAt = Math.floor(Date.now() / 1000) * 1000 - 60_000;
      const stores = await openStores();
      const [first] = stores;
      if (first === undefined) throw new Error('Expected a store.');
      const both = stores.filter(({ movable }) => movable === undefined);
      const tails: ReturnType<typeof follow>[] = [];
      try {
        for (const { database } of stores) {
          for (const project of projects) {
            const budget = { project, measure: 'cost', limit: 0.02, window: 'day' } as const;
            await createBudget(database, { ...budget, name: 'all', scope: 'project' });
            await createBudget(database, {
              ...budget,
              name: 'users',
              scope: 'user',
              at: [50, 100],
            });
            const labels = { scope: 'label', label: 'customer' } as const;
            await createBudget(database, { ...budget, ...labels, name: 'customers' });
            const from = '2026-01-01T00:00:00Z';
            await createBudget(database, {
              ...budget,
              name: 'sessions',
              scope: 'session',
              window: 'total',
              from,
            });
          }
          await createRule(database, { kind: 'budget', name: 'spend' });
          const rate = { kind: 'error_rate', of: 'tool', above: 0.15, least: 5 } as const;
          await createRule(database, { ...rate, name: 'errors' });
        }
        tails.push(...both.map(({ database }) => follow(database, 1, randomNumbers(seed))));
        await Promise.all(tails.map(({ beginning }) => beginning));
        const sent: Event[] = [];
        /** The ids of events of the first project. */
        const mine: string[] = [];
        const spans = shuffled(capturedSpans(), random);
        const inboxes = both.map(({ database }) => openSpanInbox({ database }));
        const holds: string[] = [];

        const make = (number: number): Event => {
          const event = sampleEvent(number, 'law');
          const hold = holds.length > 0 && random() < 0.1 ? holds.pop() : undefined;
          return {
            ...event,
            occurred_at: new Date(startedAt + number).toISOString(),
            ...(random() < 0.6 ? { labels: { customer: `c-${whole(3)}` } } : {}),
            ...(hold === undefined ? {} : { hold_id: hold }),
          };
        };
        let made = 0;
        const batch = () => {
          const events = Array.from({ length: 1 + whole(60) }, () => make(made++));
          sent.push(...events);
          const again = sent.filter(() => random() < 10 / sent.length);
          return [...events, ...again].sort(() => random() - 0.5);
        };
        const everywhere = async <T>(of: readonly Store[], work: (store: Store) => Promise<T>) => {
          const [one, ...others] = await Promise.all(of.map(work));
          for (const other of others) expect(other).toEqual(one);
        };
        const kinds: Record<string, () => Promise<unknown>> = {
          fold: () => {
            const [events, project] = [batch(), random() < 0.8 ? 1 : 2];
            if (project === 1) mine.push(...events.map(({ id }) => String(id)));
            return everywhere(stores, (store) => write(store, events, project));
          },
          void: async () => {
            const id = mine[whole(mine.length)] ?? '';
            const made = await voidingFor(first.database, { id });
            if (made === undefined) return;
            return everywhere(stores, (store) => write(store, [{ ...made.event }], 1));
          },
          hold: async () => {
            const hold = `hold-${made++}`;
            const given = {
              user_id: `user-${whole(3)}`,
              estimate: { cost: 0.003 },
              hold_seconds: 600,
            };
            const check = { ...(await readCheck(given)), hold };
            await everywhere(stores, async ({ database }) => {
              const [answer] = await askBudgets(database, 1, [check]);
              return answer?.allowed;
            });
            holds.push(hold);
          },
          spans: async () => {
            const items = spans
              .splice(0, 1 + whole(40))
              .map((item) => ({ ...item, project: spanProject }));
            await Promise.all(inboxes.map((inbox) => inbox.take('job', items, [])));
          },
          alerts: () =>
            everywhere(stores, async ({ database }) => {
              const { is_done, faults } = await evaluate(database, async () => undefined);
              return { is_done, faults };
            }),
          move: async () => {
            const events = batch();
            for (const store of stores) {
              if (store.movable === undefined) await write(store, events, 1);
              else await moveWhile(store, store.movable, whole(testStripes), events);
            }
          },
          damage: async () => {
            for (const { database } of both) {
              await database.query(
                `update runfold_internal.run set output_tokens = output_tokens + 1 where run_id = $1`,
                [`law-run-${whole(Math.max(1, made >> 3))}`],
              );
              await database.query(`delete from runfold_internal.label_usage where project = 1`);
              await rebuild(database, random() < 0.5 ? {} : { repair_limit: 0 });
            }
          },
        };
        const names = Object.keys(kinds);
        for (; mine.length === 0; ) await kinds.fold?.();
        for (let step = 0; step < steps; step++) {
          // Half of the steps fold events.
          const name = random() < 0.5 ? 'fold' : (names[whole(names.length)] ?? 'fold');
          await kinds[name]?.();
          if (step % 8 !== 7) continue;
          for (const store of stores) {
            expect(await store.verify(), `${store.name} after ${name}`).toMatchObject({
              equal: true,
            });
          }
          const expected = await seen(first);
          for (const store of stores.slice(1))
            expect(await seen(store), store.name).toEqual(expected);
        }
        for (const store of stores) expect((await store.verify()).differences).toEqual([]);
        for (const [at, tail] of tails.entries()) {
          const logged = await both[at]?.database.query<{ id: string }>(
            'select id::text from runfold.events where project = 1 order by 1',
          );
          await waitUntil(
            () => tail.ids.length,
            (length) => length >= (logged?.length ?? 0),
            { what: 'the tail to give every event' },
          );
          expect([...tail.ids].sort()).toEqual(logged?.map(({ id }) => id).sort());
        }
        // What still waits for a parent is settled as it is.
        for (const { database } of both) {
          const waiting = await database.query<{ trace: string }>(
            `select replace(trace_id::text, '-', '') as trace from runfold_internal.otlp_trace
            where due_at is not null`,
          );
          const traces = waiting.map(({ trace }) => ({ project: spanProject, trace }));
          await openSpanInbox({ database }).settle({ traces });
        }
        const [ofWhole, ofDivided] = await Promise.all(
          both.map((store) => seen(store, [spanProject])),
        );
        expect(ofDivided).toEqual(ofWhole);
        for (const store of both) expect((await store.verify()).differences).toEqual([]);
      } finally {
        await Promise.all(tails.map(({ stop }) => stop()));
        for (const { database, home } of stores) {
          await database.close();
          await home.drop();
        }
      }
    },
    300_000,
  );
});
