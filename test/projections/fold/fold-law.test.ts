import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunStatement } from '#runfold/append/batch-statement.js';
import { decodeJob } from '#runfold/append/decode-job.js';
import { presumeNew } from '#runfold/append/expect-new.js';
import { statementOn, writeBatch } from '#runfold/append/write-batch.js';
import { writerTo } from '#runfold/append/writer/event-writer.js';
import { type Database, openDatabase } from '#runfold/postgres/database.js';
import { isConflict } from '#runfold/postgres/postgres-errors.js';
import { verify } from '#runfold/projections/audit/verify.js';
import { appendAndFoldSql } from '#runfold/projections/fold/append-and-fold.js';
import { projections } from '#runfold/projections/projections.js';
import { openShardMap } from '#runfold/store/shards/open-shard-map.js';
import { arbitraryEvents } from '../../../harness/arbitrary-event.js';
import { isOnCitus, onOneServer } from '../../../harness/citus-store.js';
import { createTestDatabase, type TestDatabase } from '../../../harness/database.js';
import { createDividedDatabase } from '../../../harness/divided-store.js';
import { labelModelOf, readLabels } from '../../../harness/label-model.js';
import { modelOf } from '../../../harness/model.js';
import { readTotals } from '../../../harness/read-totals.js';
import { emptyTables } from '../../../harness/store-tables.js';
import { describeWithPostgres } from '../../../harness/suite.js';

const statements = {
  'looking for each event in the log': async ({ pool }: Database) =>
    statementOn(pool, appendAndFoldSql(projections), true),
  'presuming that events are new': async ({ pool }: Database) =>
    presumeNew(
      statementOn(pool, appendAndFoldSql(projections, { repeats: 'refuse' }), true),
      statementOn(pool, appendAndFoldSql(projections), true),
    ),
};
const inShards = {
  'each event in the shard of its session': async (database: Database) =>
    writerTo(await openShardMap(database), database, projections).run,
};
const openStore = async () => {
  const home = await createTestDatabase();
  return { home, database: openDatabase(home.url, { max: 6 }) };
};

const describeHere = onOneServer(
  describeWithPostgres,
  'its statements are those of a store on one server',
);

describeHere('the fold by a statement', () => holdLaws(statements, openStore));

// On Citus, clearing the tables before each of them takes a second.
const fewer = isOnCitus(expect.getState().testPath ?? '') ? 20 : 60;
describeWithPostgres('the fold', () => holdLaws(inShards, openStore, fewer));

describeHere('the fold of a store that is divided', () =>
  holdLaws(inShards, createDividedDatabase, 30),
);

function holdLaws(
  of: Readonly<Record<string, (database: Database) => Promise<RunStatement>>>,
  open: typeof createDividedDatabase,
  numRuns = 60,
): void {
  let home: TestDatabase;
  let database: Database;
  beforeAll(async () => {
    ({ home, database } = await open());
  });
  afterAll(async () => {
    await database.close();
    await home.drop();
  });

  test.each(Object.entries(of))(
    'gives the same totals for any order, batching, duplication and concurrency, %s',
    async (_, openRun) => {
      const run = await openRun(database);
      const deliveries = fc
        .tuple(arbitraryEvents, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })))
        .map(([events, random]) => {
          const next = () => random.next().value ?? 0;
          // Each event once, some two or three times, in a random order.
          const sent = events
            .flatMap((event) => Array.from({ length: 1 + Math.floor(next() * 3) }, () => event))
            .map((event) => ({ event, key: next() }))
            .sort((a, b) => a.key - b.key)
            .map(({ event }) => event);
          const batches: (typeof sent)[] = [[]];
          for (const event of sent) {
            if (next() < 0.2) batches.push([]);
            batches.at(-1)?.push(event);
          }
          return { events, batches, lanes: 1 + Math.floor(next() * 4) };
        });

      await fc.assert(
        fc.asyncProperty(deliveries, async ({ events, batches, lanes }) => {
          await emptyTables(database);
          const outcome = { applied: 0, duplicate: 0, rejected: 0 };
          const queue = batches.map((batch, at) =>
            decodeJob(`job-${at}`, { v: 1, project: 1, events: batch }),
          );
          const lane = async () => {
            for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
              const jobs = [job];
              const written = await writeAgain(() => writeBatch(run, jobs));
              outcome.applied += written.applied;
              outcome.duplicate += written.duplicate;
              outcome.rejected += written.rejected;
            }
          };
          await Promise.all(Array.from({ length: lanes }, lane));

          const model = modelOf(events);
          const live = await readTotals(database);
          expect(live.runs).toEqual(model.runs.size === 0 ? new Map() : withoutRuns(model.runs));
          expect(live.sessions).toEqual(withoutStatus(model.sessions));
          expect(await readLabels(database)).toEqual(labelModelOf(events));
          expect(outcome).toEqual({
            applied: events.length,
            duplicate: batches.flat().length - events.length,
            rejected: 0,
          });
          const audit = await verify(database);
          expect(audit.differences).toEqual([]);
        }),
        { numRuns },
      );
    },
  );
}

/** Retries after a conflict of two transactions, as the worker does. */
async function writeAgain<T>(write: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await write();
    } catch (error) {
      if (!isConflict(error)) throw error;
    }
  }
}

const withoutRuns = <T extends { runs: number }>(totals: Map<string, T>) =>
  new Map([...totals].map(([key, value]) => [key, { ...value, runs: 1 }]));
const withoutStatus = <T extends { status: string | null }>(totals: Map<string, T>) =>
  new Map([...totals].map(([key, value]) => [key, { ...value, status: null }]));
