import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createChannel } from '#runfold/alerts/channels.js';
import { listAlertHistory } from '#runfold/alerts/history.js';
import { createRule } from '#runfold/alerts/rules.js';
import { secretKeyOf } from '#runfold/alerts/send/secret-box.js';
import { createBudget } from '#runfold/budgets/budgets.js';
import { openDatabase } from '#runfold/postgres/database.js';
import { createTestDatabase } from '../../harness/database.js';
import { foldEvents } from '../../harness/fold-events.js';
import { startNode } from '../../harness/processes.js';
import { describeWithPostgres } from '../../harness/suite.js';
import { waitUntil } from '../../harness/wait-until.js';
import { openReceiver } from './receiver.js';

const program = new URL('./keep-alerts.mjs', import.meta.url).pathname;
const users = 12;

describeWithPostgres('alerts that are killed in mid-work', () => {
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
    await createChannel(database, secretKeyOf(secret_key), { kind: 'webhook', name: 'hook', url });
    const budget = { measure: 'cost', limit: 10, window: 'total', at: [50, 100] } as const;
    await createBudget(database, { ...budget, at: [50, 100], name: 'users', scope: 'user' });
    await createRule(database, { kind: 'budget', name: 'spend', channels: ['hook'] });
    const env = { DATABASE_URL: home.url, SECRET_KEY: secret_key };
    const start = async () => {
      const one = startNode([program], { env });
      await one.waitForLine(/keeping/, 30_000);
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
        timeoutMs: 60_000,
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
