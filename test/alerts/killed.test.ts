import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createChannel } from '#runfold/alerts/channels.js';
import { evaluate } from '#runfold/alerts/evaluate.js';
import { listAlertHistory } from '#runfold/alerts/history.js';
import { createRule } from '#runfold/alerts/rules.js';
import { secretKeyOf } from '#runfold/alerts/send/secret-box.js';
import { createBudget } from '#runfold/budgets/budgets.js';
import { type Database, openDatabase } from '#runfold/postgres/database.js';
import { createTestDatabase } from '../../harness/database.js';
import { deliverDue } from '../../harness/deliver-due.js';
import { foldEvents } from '../../harness/fold-events.js';
import { startNode } from '../../harness/processes.js';
import { describeWithPostgres } from '../../harness/suite.js';
import { waitUntil } from '../../harness/wait-until.js';
import { openReceiver } from '../../harness/webhook-receiver.js';

const program = new URL('./keep-alerts.mjs', import.meta.url).pathname;
const users = 6;

/**
 * A process that dies after a number of statements: `at once`, so that it never gets the result of the last one, or
 * before the next one, when it has done what lies between.
 */
function dyingAfter(database: Database, statements: number, when: 'at once' | 'before the next') {
  let left = statements;
  let isDead = false;
  const step = async <T>(run: () => Promise<T>): Promise<T> => {
    if (left === 0) isDead = true;
    if (isDead) throw new Error('killed');
    left -= 1;
    const result = await run();
    if (left === 0 && when === 'at once') {
      isDead = true;
      throw new Error('killed');
    }
    return result;
  };
  const pool = Object.assign(Object.create(database.pool), {
    async connect() {
      const client = await database.pool.connect();
      return {
        query: (text: string, values?: unknown[]) => step(() => client.query(text, values)),
        // The server ends the transaction of a dead client.
        release: (broken?: boolean) => client.release(broken === true || isDead),
      };
    },
  });
  const dying: Database = {
    ...database,
    pool,
    query: (text, values) => step(() => database.query(text, values)),
  };
  return { database: dying, died: () => isDead };
}

const allowed_hosts = ['127.0.0.1'];

describeWithPostgres('alerts that are killed in mid-work', () => {
  test('tell a crossing once, whatever step the process dies after', {
    timeout: 60_000,
  }, async ({ onTestFinished }) => {
    const home = await createTestDatabase();
    const database = openDatabase(home.url, { max: 4 });
    const receiver = await openReceiver();
    onTestFinished(async () => {
      await database.close();
      await home.drop();
      await receiver.close();
    });
    const secret_key = randomBytes(32).toString('hex');
    const sending = { secret_key, allowed_hosts };
    const { url } = receiver;
    await createChannel(database, secretKeyOf(secret_key), {
      kind: 'webhook',
      name: 'hook',
      url,
      allowed_hosts,
    });
    const budget = { measure: 'cost', limit: 10, window: 'total', at: [50] } as const;
    await createBudget(database, { ...budget, at: [50], name: 'users', scope: 'user' });
    await createRule(database, { kind: 'budget', name: 'spend', channels: ['hook'] });
    const noLag = async () => undefined;
    let crossings = 0;
    const check = async () => {
      const { items: history } = await listAlertHistory(database, { limit: 1000 });
      const told = history.map(({ data, deliveries }) => `${data.value} ${deliveries[0]?.state}`);
      const expected = Array.from({ length: crossings }, (_, at) => `user-${at + 1} delivered`);
      expect(told.sort()).toEqual(expected.sort());
      const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
      expect(new Set(ids).size).toBe(crossings);
    };
    /** Lets a process die after every number of statements in turn, until one is enough. */
    const atEveryStep = async (
      work: (database: Database) => Promise<unknown>,
      when: 'at once' | 'before the next',
    ) => {
      for (let statements = 0; ; statements++) {
        crossings += 1;
        const user_id = `user-${crossings}`;
        await foldEvents(database, [
          { type: 'message', role: 'assistant', run_id: user_id, user_id, metrics: { cost: 6 } },
        ]);
        // An evaluation looks two seconds back from the one before: this event is older, and was never looked at.
        await database.query(
          `update runfold_internal.event set recorded_at = now() - interval '1 hour' where user_id = $1`,
          [user_id],
        );
        await database.query(
          `update runfold_internal.alert_cursor set leased_until = '-infinity',
            floor_us = extract(epoch from now() - interval '2 hours')::bigint * 1000000`,
        );
        const process = dyingAfter(database, statements, when);
        await work(process.database).catch((error: Error) => expect(error.message).toBe('killed'));
        // Another process takes over when the leases of 30 seconds have ended.
        await database.query(`update runfold_internal.alert_cursor set leased_until = now()`);
        await database.query(`update runfold_internal.alert_delivery set next_at = now()`);
        await evaluate(database, noLag);
        await deliverDue(database, sending);
        await check();
        if (!process.died()) return statements;
      }
    };
    // From the lease to the commit.
    expect(await atEveryStep((dying) => evaluate(dying, noLag), 'before the next')).toBeGreaterThan(
      8,
    );
    const send = async (dying: Database) => {
      await evaluate(database, noLag);
      await deliverDue(dying, sending);
    };
    // It finds the channel, takes a delivery, sends it, and records that it was sent.
    expect(await atEveryStep(send, 'at once')).toBe(4);
    expect(await atEveryStep(send, 'before the next')).toBe(3);
  });

  test('tell each of more crossings than one statement writes once, whatever step the process dies after', {
    timeout: 120_000,
  }, async ({ onTestFinished }) => {
    const home = await createTestDatabase();
    const database = openDatabase(home.url, { max: 4 });
    onTestFinished(async () => {
      await database.close();
      await home.drop();
    });
    await createChannel(database, secretKeyOf(randomBytes(32).toString('hex')), {
      ...{ kind: 'webhook', name: 'hook', url: 'https://example.com/hook' },
    });
    const budget = { measure: 'cost', limit: 10, window: 'total', at: [50] } as const;
    await createBudget(database, { ...budget, at: [50], name: 'users', scope: 'user' });
    await createRule(database, { kind: 'budget', name: 'spend', channels: ['hook'] });
    const crossings = 1_001;
    await foldEvents(
      database,
      Array.from({ length: crossings }, (_, user) => ({
        ...{ type: 'message', role: 'assistant', run_id: 'r', user_id: `user-${user}` },
        metrics: { cost: 6 },
      })),
    );
    const written = async () => {
      const [found] = await database.query<Record<string, number>>(
        `select (select count(*) from runfold_internal.alert_state where state = 'firing')::integer as states,
          (select count(distinct value) from runfold_internal.alert_notification)::integer as values,
          (select count(*) from runfold_internal.alert_notification)::integer as notifications,
          (select count(distinct notification_id) from runfold_internal.alert_delivery)::integer as deliveries`,
      );
      return found;
    };
    const each = (count: number) => ({
      ...{ states: count, values: count, notifications: count, deliveries: count },
    });
    // Only an evaluation that begins where the last one ended sees the events.
    await database.query(
      `update runfold_internal.event set recorded_at = now() - interval '1 hour'`,
    );
    await database.query(
      `update runfold_internal.alert_cursor set floor_us = extract(epoch from now() - interval '2 hours')::bigint * 1000000`,
    );
    let statements = 0;
    for (let died = true; died; statements++) {
      await database.query(`update runfold_internal.alert_cursor set leased_until = '-infinity'`);
      const process = dyingAfter(database, statements, 'before the next');
      await evaluate(process.database, async () => undefined).catch((error: Error) =>
        expect(error.message).toBe('killed'),
      );
      died = process.died();
      expect(await written(), `after ${statements} statements`).toEqual(each(died ? 0 : crossings));
    }
    // From the lease to the commit, with three statements for each of two groups.
    expect(statements).toBeGreaterThan(12);
  });

  test('tell each crossing once, and a receiver that drops known ids sees each once', {
    timeout: 120_000,
  }, async ({ onTestFinished }) => {
    const home = await createTestDatabase();
    const database = openDatabase(home.url, { max: 4 });
    const receiver = await openReceiver();
    onTestFinished(async () => {
      await database.close();
      await home.drop();
      await receiver.close();
    });
    const secret_key = randomBytes(32).toString('hex');
    const url = receiver.url;
    await createChannel(database, secretKeyOf(secret_key), {
      kind: 'webhook',
      name: 'hook',
      url,
      allowed_hosts,
    });
    const budget = { measure: 'cost', limit: 10, window: 'total', at: [50, 100] } as const;
    await createBudget(database, { ...budget, at: [50, 100], name: 'users', scope: 'user' });
    await createRule(database, { kind: 'budget', name: 'spend', channels: ['hook'] });
    const env = { DATABASE_URL: home.url, SECRET_KEY: secret_key };
    const start = async () => {
      const one = startNode([program], { env });
      await one.waitForLine(/keeping/);
      return one;
    };
    const workers = await Promise.all([start(), start(), start()]);
    const spend = (user: number, cost: number) =>
      foldEvents(database, [
        {
          type: 'message',
          role: 'assistant',
          run_id: `r-${user}`,
          user_id: `user-${user}`,
          metrics: { cost },
        },
      ]);
    for (let user = 0; user < users; user++) {
      await spend(user, 6);
      // At another step each time: while it evaluates, writes, sends, or records that it was sent.
      await pause(user * 7);
      const at = user % workers.length;
      workers[at]?.kill('SIGKILL');
      await workers[at]?.exit;
      await spend(user, 5);
      // Work of a dead process is taken over when its lease of 30 seconds ends.
      await database.query(
        `update runfold_internal.alert_cursor set leased_until = now() - interval '1 second'`,
      );
      await database.query(
        `update runfold_internal.alert_delivery set next_at = now() where is_open and attempts > 0`,
      );
      workers[at] = await start();
    }
    const history = await waitUntil(
      async () => (await listAlertHistory(database, { limit: 1000 })).items,
      (records) =>
        records.length >= users * 2 &&
        records.every(({ deliveries }) => deliveries.every(({ state }) => state === 'delivered')),
      {
        what: 'every notification to be delivered',
        intervalMs: 200,
      },
    );
    for (const worker of workers) worker.kill('SIGKILL');
    await Promise.all(workers.map((worker) => worker.exit));
    const crossings = history.map(({ type, data }) => `${type} ${data.value} ${data.share}`).sort();
    const expected = Array.from({ length: users }, (_, user) =>
      [100, 50].map((share) => `alert.firing user-${user} ${share}`),
    );
    expect(crossings).toEqual(expected.flat().sort());
    const ids = new Map(
      receiver.received.map(({ headers, body }) => [headers['webhook-id'], JSON.parse(body).data]),
    );
    expect(ids.size).toBe(users * 2);
    const seen = [...ids.values()].map(({ value, share }) => `${value} ${share}`);
    expect(new Set(seen).size).toBe(users * 2);
  });
});
