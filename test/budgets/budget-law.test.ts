import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { getBudget } from '#runfold/budgets/budget-standing.js';
import { createBudget } from '#runfold/budgets/budgets.js';
import { verify } from '#runfold/projections/audit/verify.js';
import { rebuild } from '#runfold/projections/rebuild/rebuild.js';
import { migrateQueue } from '#runfold/queue/open-queue.js';
import { openRunfold, type Runfold } from '#runfold/runfold.js';
import { onOneServer } from '../../harness/citus-store.js';
import { createTestDatabase, type TestDatabase } from '../../harness/database.js';
import { isLawful, lookAtBudget } from '../../harness/look-at-budget.js';
import { randomNumbers } from '../../harness/random-numbers.js';
import { describeWithPostgres } from '../../harness/suite.js';
import { waitUntil } from '../../harness/wait-until.js';

/**
 * The number of concurrent callers, and how often each checks; `BUDGET_CHECKS=200` for a long run.
 */
const callers = 50;
const checks = Number(process.env.BUDGET_CHECKS ?? 10);

const describeHere = onOneServer(
  describeWithPostgres,
  'a hold ends after its event is committed; test/store/shards/citus-budgets.test.ts has its law',
);

describeHere('budgets under concurrency', () => {
  let home: TestDatabase;
  const workers: Runfold[] = [];
  beforeAll(async () => {
    home = await createTestDatabase();
    await migrateQueue({ kind: 'postgres', connection: home.url });
    for (let at = 0; at < 2; at++) {
      workers.push(await openRunfold({ database_url: home.url, worker: true, connections: 12 }));
    }
  });
  afterAll(async () => {
    for (const worker of workers) await worker.close();
    await home.drop();
  });

  test('are never passed, at no snapshot, and nothing is held and used at once', {
    timeout: 180_000,
  }, async () => {
    const [first, second] = workers as [Runfold, Runfold];
    const { database } = first;
    const budget = { measure: 'cost', window: 'total' } as const;
    await createBudget(database, {
      ...budget,
      name: 'writer',
      scope: 'agent',
      value: 'writer',
      limit: 2,
    });
    await createBudget(database, { ...budget, name: 'users', scope: 'user', limit: 1 });
    const random = randomNumbers(20_261_127);
    const counts = { allowed: 0, refused: 0, emitted: 0, crashed: 0, released: 0, voided: 0 };
    const faults: unknown[] = [];

    const look = async () => {
      const seen = await lookAtBudget(database, 'writer');
      if (!isLawful(seen)) faults.push(seen);
    };
    let isOver = false;
    const observed = (async () => {
      for (; !isOver; ) {
        await look();
        await pause(3);
      }
    })();

    const call = async (number: number) => {
      const runfold = number % 2 === 0 ? first : second;
      const who = { agent_id: 'writer', user_id: `user-${number % 5}` };
      for (let turn = 0; turn < checks; turn++) {
        const cost = (1 + Math.floor(random() * 8)) / 100;
        const fate = random();
        const { allowed, hold_id } = await runfold.checkBudget({
          ...who,
          estimate: { cost },
          hold_seconds: fate < 0.15 ? 1 : 60,
        });
        counts[allowed ? 'allowed' : 'refused'] += 1;
        if (!allowed || hold_id === null) {
          await pause(random() * 60);
          continue;
        }
        if (fate < 0.15) counts.crashed += 1;
        else if (fate < 0.25) {
          counts.released += (await runfold.releaseHold({ hold_id })).released ? 1 : 0;
        } else {
          const event = {
            ...who,
            type: 'message',
            role: 'assistant',
            run_id: `run-${number}`,
            id: randomUUID(),
          } as const;
          // The actual cost is at most the estimate.
          const actual = (cost * Math.ceil(random() * 4)) / 4;
          runfold.producer.emit({ ...event, metrics: { cost: actual }, hold_id });
          counts.emitted += 1;
          if (fate > 0.8) {
            const corrects = event.id;
            const metrics = { cost: -actual };
            runfold.producer.emit({ ...event, id: randomUUID(), corrects, metrics });
            counts.voided += 1;
          }
          // A queue may deliver an event twice.
          if (fate > 0.95) runfold.producer.emit({ ...event, metrics: { cost: actual }, hold_id });
          await pause(random() * 30);
        }
      }
    };
    const rebuilt = (async () => {
      await pause(150);
      await rebuild(database, { repair_limit: -1 });
    })();
    await Promise.all([...Array.from({ length: callers }, (_, number) => call(number)), rebuilt]);
    for (const worker of workers) await worker.producer.flush();
    const logged = async () => {
      const [row] = await database.query<{ events: number }>(
        'select count(*)::integer as events from runfold_internal.event',
      );
      return row?.events;
    };
    await waitUntil(logged, (events) => events === counts.emitted + counts.voided, {
      what: 'every event in the log',
    });
    // The hold of a crashed caller expires on its own.
    await waitUntil(
      async () => (await getBudget(database, { name: 'writer' }))?.holds.length,
      (holds) => holds === 0,
      { what: 'the holds of those that crashed to end' },
    );
    isOver = true;
    await observed;
    expect(faults.slice(0, 3)).toEqual([]);
    for (const [name, count] of Object.entries(counts))
      expect({ name, count: count > 0 }).toEqual({ name, count: true });
    const users = await getBudget(database, { name: 'users' });
    expect(users?.uses.every(({ used }) => used <= 1)).toBe(true);
    expect(await verify(database)).toMatchObject({ equal: true });
  });
});
