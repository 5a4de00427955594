import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createChannel, dropChannel, listChannels } from '#runfold/alerts/channels.js';
import { testChannel } from '#runfold/alerts/deliver.js';
import { evaluate } from '#runfold/alerts/evaluate.js';
import { type AlertRecord, listAlertHistory as listPage } from '#runfold/alerts/history.js';
import { keepAlerts } from '#runfold/alerts/keep-alerts.js';
import type { StoredRule } from '#runfold/alerts/look/reading.js';
import { settleStates } from '#runfold/alerts/look/settle-states.js';
import { muteRule } from '#runfold/alerts/mute.js';
import type { NewRule } from '#runfold/alerts/new-rule.js';
import { createRule, listRules } from '#runfold/alerts/rules.js';
import { secretKeyOf } from '#runfold/alerts/send/secret-box.js';
import { send } from '#runfold/alerts/send/send.js';
import { createBudget, dropBudget } from '#runfold/budgets/budgets.js';
import { type Database, openDatabase } from '#runfold/postgres/database.js';
import { hasCitus } from '../../harness/citus-cluster.js';
import { createTestDatabase, type TestDatabase } from '../../harness/database.js';
import { deliverDue } from '../../harness/deliver-due.js';
import { foldEvents } from '../../harness/fold-events.js';
import { describeWithPostgres } from '../../harness/suite.js';
import { openReceiver, type Receiver } from '../../harness/webhook-receiver.js';

const secret_key = randomBytes(32).toString('hex');
const key = secretKeyOf(secret_key);
const allowed_hosts = ['127.0.0.1'];
const sending = { secret_key, allowed_hosts, timeout_ms: 1_000 };

/** The newest notifications. */
const listAlertHistory = async (database: Database) => (await listPage(database)).items;

describeWithPostgres('alerts', () => {
  let home: TestDatabase;
  let database: Database;
  let receiver: Receiver;
  let signingSecret = '';
  const noLag = async () => undefined;
  beforeAll(async () => {
    receiver = await openReceiver();
  });
  afterAll(() => receiver.close());
  beforeEach(async () => {
    home = await createTestDatabase();
    database = openDatabase(home.url, { max: 8 });
    const made = await createChannel(database, key, {
      kind: 'webhook',
      name: 'hook',
      url: receiver.url,
      allowed_hosts,
    });
    signingSecret = made.signing_secret ?? '';
    receiver.answer(204);
    (receiver.received as unknown[]).length = 0;
  });
  afterEach(async () => {
    await database.close();
    await home.drop();
  });

  const look = () => evaluate(database, noLag);
  const spend = (cost: number, more: object = {}) =>
    foldEvents(database, [
      {
        type: 'message',
        role: 'assistant',
        run_id: 'r',
        user_id: 'ann',
        metrics: { cost },
        ...more,
      },
    ]);
  /** A minute, so that the next evaluation takes nothing for new that was there before. */
  const letTimePass = async () => {
    const earlier = new Date(Date.now() - 60_000);
    for (const [table, time] of [
      ['event', 'recorded_at'],
      ['budget', 'changed_at'],
      ['alert_rule', 'created_at'],
    ]) {
      // A constant: on Citus no time is computed from a column here.
      await database.query(`update runfold_internal.${table} set ${time} = $1`, [earlier]);
    }
  };
  const told = (history: readonly AlertRecord[]) =>
    history.map(({ type, data }) => [type, data.value, data.share]).reverse();
  const budgetRule = async () => {
    const budget = { measure: 'cost', limit: 10, window: 'day' } as const;
    await createBudget(database, { ...budget, name: 'users', scope: 'user', at: [50, 80, 100] });
    await createRule(database, { kind: 'budget', name: 'spend', channels: ['hook'] });
  };

  test('tell of each share of a budget once, whoever looks and however often', async () => {
    await budgetRule();
    expect(await look()).toMatchObject({ is_done: true, notified: 0 });
    await spend(6);
    await Promise.all([look(), look(), look()]);
    await look();
    await spend(5);
    await spend(1, { user_id: 'bob' });
    await Promise.all([look(), look(), look()]);
    await look();
    const history = await listAlertHistory(database);
    expect(told(history).sort()).toEqual([
      ['alert.firing', 'ann', 100],
      ['alert.firing', 'ann', 50],
      ['alert.firing', 'ann', 80],
    ]);
    expect(history[0]?.data).toMatchObject({
      budget: 'users',
      measure: 'cost',
      limit: 10,
      window_start: expect.stringMatching(/:(00|15|30|45):00\.000Z$/),
    });
    const [rule] = await listRules(database);
    expect(rule).toMatchObject({ name: 'spend', firing: 3, pending: 0, muted_until: null });
    expect(
      rule?.states.map(({ state, budget, value, share }) => [state, budget, value, share]).sort(),
    ).toEqual([100, 50, 80].map((share) => ['firing', 'users', 'ann', share]));
    const first = await listPage(database, { limit: 2, budget: 'users' });
    const rest = await listPage(database, { limit: 2, budget: 'users', cursor: first.next_cursor });
    expect([...first.items, ...rest.items]).toEqual(history);
    expect((await listPage(database, { budget: 'other' })).items).toEqual([]);
    // Ann has no new events, and time changes nothing of hers before the window ends.
    const read: unknown[] = [];
    const watched: Database = {
      ...database,
      async query<Row extends object>(sql: string, values?: unknown[]) {
        const rows = await database.query<Row>(sql, values);
        if (sql.includes('budget_used')) read.push(...rows.map((row) => Object(row).value));
        return rows;
      },
    };
    await letTimePass();
    await spend(1, { user_id: 'bob' });
    await evaluate(watched, noLag);
    expect(read).toEqual(['bob']);
    expect(await listRules(database)).toMatchObject([{ firing: 3 }]);
  });

  test('fire and resolve as time passes, without any event', async () => {
    const each = { scope: 'user', measure: 'cost', limit: 10 } as const;
    await createBudget(database, { ...each, name: 'hour', window: 'rolling 1h', at: [50] });
    await createBudget(database, { ...each, name: 'day', window: 'day', at: [50] });
    await createRule(database, { kind: 'budget', name: 'now', budget: 'hour' });
    await createRule(database, { kind: 'budget', name: 'later', budget: 'day', for_minutes: 5 });
    await look();
    await spend(6);
    expect(await look()).toMatchObject({ notified: 1 });
    await letTimePass();
    await database.query(
      `update runfold_internal.alert_state set since = since - interval '5 minutes' where state = 'pending'`,
    );
    expect(await look()).toMatchObject({ notified: 1 });
    await database.query('update runfold_internal.user_usage set bucket = bucket - 5');
    expect(await look()).toMatchObject({ notified: 1 });
    const history = await listAlertHistory(database);
    expect(history.map(({ type, data }) => [type, data.budget]).sort()).toEqual([
      ['alert.firing', 'day'],
      ['alert.firing', 'hour'],
      ['alert.resolved', 'hour'],
    ]);
  });

  test('resolve by a correction, and do not fire again in the same window', async () => {
    await budgetRule();
    await foldEvents(database, [
      {
        type: 'message',
        role: 'assistant',
        run_id: 'r',
        id: 'm',
        user_id: 'ann',
        metrics: { cost: 6 },
      },
    ]);
    await look();
    await spend(-3, { corrects: 'm', id: 'c-1' });
    await look();
    await spend(4);
    await look();
    expect(told(await listAlertHistory(database))).toEqual([
      ['alert.firing', 'ann', 50],
      ['alert.resolved', 'ann', 50],
    ]);
    const [rule] = await listRules(database);
    expect(rule).toMatchObject({ firing: 0, states: [] });
    // When the window is over, only the history knows of it.
    const states = () =>
      database.query(`select from runfold_internal.alert_state where state = 'resolved'`);
    expect(await states()).toHaveLength(1);
    await database.query(
      'update runfold_internal.alert_state set window_first = window_first - 96',
    );
    await look();
    expect(await states()).toEqual([]);
    expect(await listAlertHistory(database)).toHaveLength(2);
  });

  test('are told once if two processes evaluate the same crossing at the same time', async () => {
    await budgetRule();
    const [one, other] = [await database.pool.connect(), await database.pool.connect()];
    try {
      const { rows } = await one.query<StoredRule>(
        'select id, project, name::text, kind, settings, channels::text[], for_seconds, false as is_new from runfold_internal.alert_rule',
      );
      const [rule] = rows;
      if (rule === undefined) throw new Error('expected a rule');
      const crossing = { budget: 'users', value: 'ann', window_first: 1_900_000, share: 50 };
      const figures = { figure: 6, limit: 10, measure: 'cost', changed_us: 0, is_over: true };
      const settle = (client: typeof one) =>
        settleStates(
          client,
          rows,
          [{ rule, ...crossing, ...figures }],
          [{ rule_id: rule.id, ...crossing, only_value: null, is_of_runs: false }],
        );
      await one.query('begin');
      await other.query('begin');
      expect(await settle(one)).toBe(1);
      // It has read the same states, and waits for the row of the first.
      const second = settle(other);
      const waits = () =>
        database.query(
          `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        );
      await expect.poll(waits).toHaveLength(1);
      await one.query('commit');
      expect(await second).toBe(0);
      await other.query('commit');
    } finally {
      one.release();
      other.release();
    }
    expect(told(await listAlertHistory(database))).toEqual([['alert.firing', 'ann', 50]]);
  });

  test('are evaluated by one process at a time, and never by one that was overtaken', async () => {
    await createRule(database, { kind: 'queue_lag', name: 'lag', above: 10, channels: ['hook'] });
    /** Evaluates with a lag, and meanwhile in another process. */
    const evaluateTwice = async (lag: number, meanwhile: () => Promise<unknown>) => {
      let other: unknown;
      const own = await evaluate(database, async () => {
        other = await meanwhile();
        return lag;
      });
      return { own, other };
    };
    const found = await evaluateTwice(11, () => evaluate(database, async () => 0));
    expect(found).toMatchObject({
      own: { is_done: true, notified: 1 },
      other: { is_done: false, notified: 0 },
    });
    // What the first has read is older than what the second has written.
    const overtaken = await evaluateTwice(11, async () => {
      await database.query(`update runfold_internal.alert_cursor set leased_until = '-infinity'`);
      return evaluate(database, async () => 0);
    });
    expect(overtaken).toMatchObject({
      own: { is_done: false, notified: 0 },
      other: { is_done: true, notified: 1 },
    });
    expect(await listRules(database)).toMatchObject([{ firing: 0 }]);
  });

  test('tell of what there was before a rule or budget came', async () => {
    const budget = {
      name: 'all',
      scope: 'project',
      measure: 'cost',
      limit: 10,
      window: 'day',
    } as const;
    await createBudget(database, budget);
    await spend(9);
    await createRule(database, {
      kind: 'budget',
      name: 'spend',
      channels: ['hook'],
      budget: 'all',
    });
    const plans: unknown[] = [];
    const watched: Database = {
      ...database,
      async query<Row extends object>(sql: string, values?: unknown[]) {
        // Citus does not explain a statement that calls functions which read its tables.
        if (sql.includes('runfold_internal.event e') && !hasCitus) {
          plans.push(await database.query(`explain (analyze, format json) ${sql}`, values));
        }
        return database.query<Row>(sql, values);
      },
    };
    await evaluate(watched, noLag);
    // No events are read for a new rule: it may be the first, long after them.
    expect(plans).toHaveLength(hasCitus ? 0 : 1);
    expect(JSON.stringify(plans)).not.toMatch(/"event","[^{]*"Actual Rows":[1-9]/);
    await createBudget(database, { ...budget, limit: 5, replace: true });
    await look();
    expect(
      told(await listAlertHistory(database))
        .map(([, , share]) => share)
        .sort(),
    ).toEqual([100, 50, 80]);
  });

  test('tell of a limit that was raised in the same window, once', async () => {
    await budgetRule();
    await spend(6);
    await look();
    const users = { name: 'users', scope: 'user', measure: 'cost', window: 'day' } as const;
    const change = async (limit: number) => {
      await createBudget(database, { ...users, limit, at: [50, 80, 100], replace: true });
      return look();
    };
    expect(await change(20)).toMatchObject({ notified: 1 });
    await foldEvents(database, [
      {
        ...{ type: 'message', role: 'assistant', run_id: 'r', user_id: 'ann' },
        ...{ id: 'm', metrics: { cost: 5 } },
      },
    ]);
    expect(await look()).toMatchObject({ notified: 1 });
    // The same budget again, as a program that creates it whenever it starts.
    expect(await change(20)).toMatchObject({ notified: 0 });
    await spend(-3, { corrects: 'm', id: 'c' });
    await look();
    await change(20);
    await spend(4);
    expect(await look()).toMatchObject({ notified: 0 });
    expect(await change(10)).toMatchObject({ notified: 3 });
    const history = await listAlertHistory(database);
    expect(history.map(({ type, data }) => [type, data.share, data.limit]).reverse()).toEqual([
      ['alert.firing', 50, 10],
      ['alert.resolved', 50, 20],
      ['alert.firing', 50, 20],
      ['alert.resolved', 50, 20],
      ['alert.firing', 50, 10],
      ['alert.firing', 80, 10],
      ['alert.firing', 100, 10],
    ]);
  });

  test('of a run are over 30 days after it crossed a share, and only the history knows of them', async () => {
    const budget = { measure: 'cost', limit: 5, window: 'total', at: [100] } as const;
    const from = new Date(Date.now() - 90 * 86_400_000).toISOString();
    const all = { ...budget, at: [100], from };
    await createBudget(database, { ...all, name: 'runs', scope: 'run' });
    await createBudget(database, { ...all, name: 'one', scope: 'run', value: 'old' });
    await createBudget(database, { ...all, name: 'users', scope: 'user' });
    await createRule(database, { kind: 'budget', name: 'spend', channels: ['hook'] });
    await look();
    await letTimePass();
    const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
    await spend(6, { run_id: 'old', occurred_at: daysAgo(31) });
    await spend(1, { run_id: 'new' });
    expect(await look()).toMatchObject({ notified: 3 });
    const firing = async () => {
      const [rule] = await listRules(database);
      return rule?.states.map(({ budget: of, value }) => `${of} ${value}`).sort();
    };
    const rest = ['one old', 'users ann'];
    const makeOlder = async (days: number) => {
      await database.query('update runfold_internal.event set recorded_at = $1', [daysAgo(1)]);
      const moved = `changed_at - make_interval(days => ${days})`;
      await database.query(`update runfold_internal.alert_state set changed_at = ${moved}`);
      return look();
    };
    expect(await makeOlder(29)).toMatchObject({ notified: 0 });
    expect(await firing()).toEqual([...rest, 'runs old'].sort());
    expect(await makeOlder(2)).toMatchObject({ notified: 0 });
    expect(await firing()).toEqual(rest);
    // Another event of the run is no other crossing.
    await spend(1, { run_id: 'old', occurred_at: daysAgo(31) });
    expect(await look()).toMatchObject({ notified: 0 });
    expect(await firing()).toEqual([...rest, 'runs old'].sort());
    expect(await makeOlder(31)).toMatchObject({ notified: 0 });
    // A new limit is one for the runs of the last days.
    await createBudget(database, { ...all, limit: 0.5, name: 'runs', scope: 'run', replace: true });
    expect(await look()).toMatchObject({ notified: 1 });
    expect(await firing()).toEqual([...rest, 'runs new'].sort());
    const history = await listAlertHistory(database);
    expect(history.map(({ data }) => `${data.budget} ${data.value}`).sort()).toEqual(
      [...rest, 'runs new', 'runs old'].sort(),
    );
  });

  test('do not fire for a budget that was dropped, or no longer limits a value', async () => {
    await budgetRule();
    await spend(6);
    await spend(6, { user_id: 'bob' });
    await look();
    const firing = async () => {
      await look();
      const [rule] = await listRules(database);
      return rule?.states.map(({ value, share }) => [value, share]).sort();
    };
    expect(await firing()).toEqual([
      ['ann', 50],
      ['bob', 50],
    ]);
    const users = { name: 'users', scope: 'user', measure: 'cost', limit: 10 } as const;
    await createBudget(database, { ...users, window: 'day', value: 'bob', replace: true });
    expect(await firing()).toEqual([['bob', 50]]);
    await dropBudget(database, { name: 'users' });
    expect(await firing()).toEqual([]);
    // One of the same name is another budget.
    await createBudget(database, { ...users, window: 'day', at: [50] });
    await look();
    expect(await firing()).toEqual([
      ['ann', 50],
      ['bob', 50],
    ]);
    expect(
      told(await listAlertHistory(database))
        .map(([, value]) => value)
        .sort(),
    ).toEqual(['ann', 'ann', 'bob', 'bob']);
  });

  test('reach a channel while another one does not respond', async () => {
    const other = await openReceiver();
    await createChannel(database, key, {
      ...{ kind: 'slack', name: 'chat', url: other.url },
      allowed_hosts,
    });
    const budget = { measure: 'cost', window: 'day' } as const;
    const at = [100];
    await createBudget(database, { ...budget, at, limit: 1, name: 'users', scope: 'user' });
    await createBudget(database, { ...budget, at, limit: 25, name: 'all', scope: 'project' });
    const rule = { kind: 'budget' } as const;
    await createRule(database, { ...rule, name: 'each', budget: 'users', channels: ['hook'] });
    await createRule(database, { ...rule, name: 'total', budget: 'all', channels: ['chat'] });
    // More than are sent at the same time.
    for (let user = 0; user < 10; user++) await spend(2, { user_id: `user-${user}` });
    receiver.answer('never');
    const log = { info: () => undefined, warn: () => undefined } as unknown as Logger;
    const kept = keepAlerts(database, log, {
      ...{ secret_key, allowed_hosts, timeout_ms: 60_000, interval_ms: 10, queueLag: noLag },
    });
    try {
      await expect.poll(() => receiver.received.length).toBe(8);
      await spend(5);
      await expect.poll(() => other.received.length, { timeout: 30_000 }).toBe(1);
      const closed = receiver.close();
      receiver = await openReceiver();
      await closed;
    } finally {
      await kept.close();
      await other.close();
    }
  });

  test('are delivered signed, with one id however often it takes', async () => {
    await budgetRule();
    await spend(6);
    await look();
    receiver.answer(500);
    expect(await deliverDue(database, sending)).toBe(1);
    const failed = await listAlertHistory(database);
    expect(failed).toMatchObject([
      {
        deliveries: [
          { channel: 'hook', state: 'waiting', attempts: 1, fault: expect.stringContaining('500') },
        ],
      },
    ]);
    expect(await deliverDue(database, sending)).toBe(0);
    receiver.answer(204);
    await database.query('update runfold_internal.alert_delivery set next_at = now()');
    // Only one of several concurrent calls takes it.
    const tried = await Promise.all([1, 2, 3].map(() => deliverDue(database, sending)));
    expect(tried.sort()).toEqual([0, 0, 1]);
    const [first, second] = receiver.received;
    expect(receiver.received).toHaveLength(2);
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    const headers = second?.headers as Record<string, string>;
    const verified = new Webhook(signingSecret).verify(second?.body ?? '', headers);
    expect(verified).toMatchObject({
      type: 'alert.firing',
      data: { value: 'ann', share: 50, figure: 6 },
    });
    const [record] = await listAlertHistory(database);
    expect(record?.deliveries).toMatchObject([
      { id: headers['webhook-id'], state: 'delivered', attempts: 2, fault: null },
    ]);
  });

  test('of a muted rule are delivered when the mute ends, if they still fire then', async () => {
    await createBudget(database, {
      name: 'users',
      scope: 'user',
      measure: 'cost',
      limit: 10,
      at: [50],
    });
    await createRule(database, {
      kind: 'budget',
      name: 'spend',
      channels: ['hook'],
      budget: 'users',
    });
    await look();
    expect(await muteRule(database, { name: 'spend', minutes: 60 })).toMatchObject({
      muted_until: expect.stringMatching(/Z$/),
    });
    const message = { type: 'message', role: 'assistant', run_id: 'r' };
    await foldEvents(database, [
      { ...message, id: 'a', user_id: 'ann', metrics: { cost: 6 } },
      { ...message, id: 'b', user_id: 'bob', metrics: { cost: 6 } },
    ]);
    expect(await look()).toMatchObject({ notified: 2 });
    expect(await deliverDue(database, sending)).toBe(0);
    // Bob's is over before the mute ends: nobody is told, of neither end.
    await spend(-5, { corrects: 'b', id: 'c', user_id: 'bob' });
    await look();
    expect(await deliverDue(database, sending)).toBe(0);
    // A longer mute holds back what waits, too.
    await muteRule(database, { name: 'spend', minutes: 120 });
    expect(await deliverDue(database, sending)).toBe(0);
    expect(await muteRule(database, { name: 'spend', minutes: 0 })).toMatchObject({
      firing: 1,
      muted_until: null,
    });
    expect(await deliverDue(database, sending)).toBe(1);
    expect(receiver.received.map(({ body }) => JSON.parse(body).data.value)).toEqual(['ann']);
    const history = await listAlertHistory(database);
    expect(
      history
        .map(({ type, data, deliveries }) => [
          type,
          data.value,
          deliveries.map(({ state }) => state),
        ])
        .sort(),
    ).toEqual([
      ['alert.firing', 'ann', ['delivered']],
      ['alert.firing', 'bob', ['failed']],
      ['alert.resolved', 'bob', []],
    ]);
    expect(JSON.stringify(history)).toContain('It resolved before the mute ended.');
    await expect(muteRule(database, { name: 'spend', minutes: -1 })).rejects.toThrow(/minutes/);
    expect(await muteRule(database, { name: 'none', minutes: 1 })).toBeUndefined();
  });

  test('are given up after a day, and other channels go on', async () => {
    const other = await openReceiver();
    await createChannel(database, key, {
      kind: 'slack',
      name: 'chat',
      url: other.url,
      allowed_hosts,
    });
    const budget = {
      name: 'all',
      scope: 'project',
      measure: 'cost',
      limit: 10,
      window: 'day',
    } as const;
    await createBudget(database, { ...budget, at: [50] });
    await createRule(database, { kind: 'budget', name: 'spend', channels: ['hook', 'chat'] });
    await spend(6);
    await look();
    receiver.answer('never');
    await deliverDue(database, { ...sending, timeout_ms: 200 });
    expect(JSON.parse(other.received[0]?.body ?? '')).toEqual({
      text: 'Budget all has reached 50 %: cost is $6 of $10.',
    });
    const tryAfter = async (hours: number) => {
      await database.query(
        `update runfold_internal.alert_delivery set next_at = now(), created_at = now() - make_interval(hours => $1) where is_open`,
        [hours],
      );
      await deliverDue(database, { ...sending, timeout_ms: 200 });
      const [found] = await listAlertHistory(database);
      return found;
    };
    expect((await tryAfter(23))?.deliveries).toMatchObject([
      { channel: 'chat', state: 'delivered' },
      { channel: 'hook', state: 'waiting', attempts: 2 },
    ]);
    const record = await tryAfter(25);
    expect(record?.deliveries).toMatchObject([
      { channel: 'chat', state: 'delivered' },
      { channel: 'hook', state: 'failed', attempts: 3, fault: expect.stringContaining('within') },
    ]);
    await other.close();
  });

  test('mention nobody in Slack, whatever the names in them', async () => {
    const name = '<!channel> & <https://evil.example|all>';
    const data = { project: 1, rule: name, kind: 'budget', budget: name, value: name, share: 50 };
    const figures = { figure: 6, limit: 10, measure: 'cost', window_start: null };
    const timestamp = '2026-03-01T00:00:00.000Z';
    const notification = {
      type: 'alert.firing',
      timestamp,
      data: { ...data, ...figures },
    } as const;
    await send({ kind: 'slack', secret: { url: receiver.url } }, 'a', notification, sending);
    const { text } = JSON.parse(receiver.received[0]?.body ?? '');
    expect(text).toContain('&lt;!channel&gt; &amp; &lt;https://evil.example|all&gt;');
    expect(text).not.toMatch(/[<>]/);
  });

  test.each<[string, NewRule, string, () => Promise<unknown>]>([
    [
      'the error rate of a tool',
      { kind: 'error_rate', name: 'x', channels: ['hook'], of: 'tool', above: 0.5, least: 3 },
      'Alert x of search: error rate is 66.7 %, the limit is 50 %.',
      () =>
        foldEvents(
          database,
          ['a', 'b', 'c'].map((id) => ({
            type: 'tool_call',
            id,
            run_id: 'r',
            tool_name: 'search',
            error: id !== 'a',
          })),
        ),
    ],
    [
      'the error rate of a model',
      { kind: 'error_rate', name: 'x', channels: ['hook'], of: 'model', above: 0.5, least: 1 },
      'Alert x of search: error rate is 100 %, the limit is 50 %.',
      () => spend(1, { model: 'search', error: true }),
    ],
    [
      'the error rate of an agent',
      { kind: 'error_rate', name: 'x', channels: ['hook'], of: 'agent', above: 0, least: 1 },
      'Alert x of search: error rate is 100 %, the limit is 0 %.',
      () =>
        foldEvents(database, [{ type: 'run', run_id: 'r', agent_id: 'search', status: 'error' }]),
    ],
    [
      'a slow model',
      { kind: 'slow', name: 'x', channels: ['hook'], of: 'model', above: 2, least: 1 },
      'Alert x of search: p95 is 2.989 s, the limit is 2 s.',
      () => spend(1, { model: 'search', metrics: { time: 3 } }),
    ],
    [
      'a model without a price',
      { kind: 'unpriced', name: 'x', channels: ['hook'] },
      'Alert x of search: the number of messages without a price is 1, the limit is 0.',
      () => spend(1, { model: 'search', metrics: { input_tokens: 5 } }),
    ],
    [
      'an agent that is silent',
      { kind: 'silence', name: 'x', channels: ['hook'], agent_id: 'search', minutes: 30 },
      'Alert x of search: the number of events is 0, the limit is 1.',
      async () => undefined,
    ],
  ])('tell of %s', async (_what, rule, text, happen) => {
    await createRule(database, rule);
    await happen();
    expect(await look()).toMatchObject({ notified: 1, faults: [] });
    expect(await look()).toMatchObject({ notified: 0 });
    const history = await listAlertHistory(database);
    expect(told(history)).toEqual([['alert.firing', 'search', null]]);
    expect(history[0]?.text).toBe(text);
  });

  test('tell of growing cost, rejects and a queue that lags, and when they are over', async () => {
    const channels = ['hook'];
    await createRule(database, { kind: 'cost_growth', name: 'growth', channels, above: 2 });
    await createRule(database, { kind: 'rejects', name: 'rejects', channels });
    await createRule(database, { kind: 'queue_lag', name: 'lag', channels, above: 10 });
    const before = new Date(Date.now() - 7 * 86_400_000).toISOString();
    await spend(1, { occurred_at: before });
    await spend(3);
    await foldEvents(database, [{ type: 'nonsense' }]);
    const rules = async () => (await listAlertHistory(database)).map(({ text }) => text).sort();
    expect(await evaluate(database, async () => 11)).toMatchObject({ notified: 3, faults: [] });
    // An unknown lag changes nothing.
    expect(await evaluate(database, noLag)).toMatchObject({ notified: 0 });
    await database.query('delete from runfold_internal.rejected_event');
    expect(await evaluate(database, async () => 0)).toMatchObject({ notified: 2 });
    expect(await rules()).toEqual([
      'Alert growth: cost is 3 times that of a week before, the limit is 2 times that of a week before.',
      'Alert lag is resolved: queue lag is 0 s.',
      'Alert lag: queue lag is 11 s, the limit is 10 s.',
      'Alert rejects is resolved: the number of rejects is 0.',
      'Alert rejects: the number of rejects is 1, the limit is 0.',
    ]);
    // At another time it is another crossing.
    expect(await evaluate(database, async () => 11)).toMatchObject({ notified: 1 });
  });

  test('wait until it has held for long enough, and have a least count', async () => {
    const rule = {
      kind: 'error_rate' as const,
      channels: ['hook'],
      of: 'tool' as const,
      above: 0.5,
    } satisfies Partial<NewRule>;
    await createRule(database, { ...rule, name: 'slowly', for_minutes: 5, least: 1 });
    await createRule(database, { ...rule, name: 'many' });
    const call = { type: 'tool_call', run_id: 'r', tool_name: 'search', error: true };
    await foldEvents(database, [call]);
    expect(await look()).toMatchObject({ notified: 0 });
    expect(await listRules(database)).toMatchObject([
      { name: 'many', pending: 0 },
      { name: 'slowly', pending: 1 },
    ]);
    await look();
    await database.query(
      `update runfold_internal.alert_state set since = since - interval '5 minutes'`,
    );
    expect(await look()).toMatchObject({ notified: 1 });
  });

  test('keep no secret where it could be seen', async () => {
    const url = 'https://hooks.example.com/services/T0/B0/very-secret';
    await createChannel(database, key, { kind: 'slack', name: 'chat', url });
    const listed = JSON.stringify(await listChannels(database));
    expect(listed).toContain('hooks.example.com');
    expect(listed).not.toContain('very-secret');
    const rows = await database.query(
      'select c.*, encode(secret, $1) as text from runfold_internal.alert_channel c',
      ['escape'],
    );
    expect(JSON.stringify(rows)).not.toContain('very-secret');
    const other = { ...sending, secret_key: randomBytes(32).toString('base64') };
    await expect(testChannel(database, { ...other, name: 'chat' })).rejects.toMatchObject({
      code: 'secret_key',
    });
    expect(await testChannel(database, { ...sending, name: 'nobody' })).toBeUndefined();
    expect(await testChannel(database, { ...sending, name: 'hook' })).toEqual({ delivered: true });
    expect(JSON.parse(receiver.received[0]?.body ?? '')).toMatchObject({ type: 'alert.test' });
    expect(await dropChannel(database, { name: 'chat' })).toMatchObject({ name: 'chat' });
    expect(await dropChannel(database, { name: 'chat' })).toBeUndefined();
  });

  test('refuse what cannot be', async () => {
    const rule = {
      kind: 'silence' as const,
      name: 'x',
      channels: ['nobody'],
      agent_id: 'a',
      minutes: 30,
    } satisfies NewRule;
    await expect(createRule(database, rule)).rejects.toThrow(
      'channels: expected existing channels',
    );
    const misspelt = { kind: 'budget', name: 'x', budget: 'wrtier' } as const;
    await expect(createRule(database, misspelt)).rejects.toThrow(
      'budget: expected an existing budget, got wrtier',
    );
    await expect(createRule(database, { ...rule, minutes: 1 })).rejects.toThrow(
      'minutes: expected',
    );
    const url = 'ftp://secret-host/x';
    const made = createChannel(database, key, { kind: 'webhook', name: 'x', url, allowed_hosts });
    await expect(made).rejects.toThrow('url: expected an https address');
    await expect(made).rejects.not.toThrow('secret-host');
    for (const [never, expected] of [
      ['http://hooks.example.com/x', 'url: expected an https address, or a host that'],
      ['https://10.1.2.3/x', 'url: expected a public address, or a host that'],
      ['https://[::1]/x', 'url: expected a public address, or a host that'],
    ] as const) {
      const refused = createChannel(database, key, {
        kind: 'slack',
        name: 'x',
        url: never,
        allowed_hosts,
      });
      await expect(refused).rejects.toThrow(expected);
    }
  });
});
