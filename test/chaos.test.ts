import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createChannel } from '#runfold/alerts/channels.js';
import { evaluate } from '#runfold/alerts/evaluate.js';
import { createRule } from '#runfold/alerts/rules.js';
import { secretKeyOf } from '#runfold/alerts/send/secret-box.js';
import { createBudget } from '#runfold/budgets/budgets.js';
import { checkBudget } from '#runfold/budgets/check-budget.js';
import type { MetricEvent } from '#runfold/events/metric-event.js';
import { openDatabase } from '#runfold/postgres/database.js';
import { playCampaign } from '../chaos/campaign.js';
import { checkRound } from '../chaos/round/check.js';
import { checkLimits } from '../chaos/round/check-limits.js';
import { quietPlan } from '../chaos/round/plan.js';
import { createRandom } from '../chaos/round/random.js';
import { consignments } from '../chaos/round/workload.js';
import { scenarios } from '../chaos/scenarios/scenarios.js';
import { missingBinaries } from '../chaos/servers/stack.js';
import { createTestDatabase } from '../harness/database.js';
import { deliverDue } from '../harness/deliver-due.js';
import { foldEvents } from '../harness/fold-events.js';
import { startProgram } from '../harness/programs.js';
import { sampleEvents } from '../harness/sample-events.js';
import { describeWithPostgres } from '../harness/suite.js';
import { waitUntil } from '../harness/wait-until.js';
import { openReceiver } from '../harness/webhook-receiver.js';

const missing = missingBinaries();
if (missing !== undefined) console.warn(`skipped: rounds of chaos (${missing})`);

// In CI nothing may be skipped, so without the binaries the rounds fail there.
describe.skipIf(missing !== undefined && !process.env.CI)('rounds of chaos', () => {
  test('lose nothing and are off by nothing', async () => {
    const short = ['redis-kill', 'postgres-kill', 'poison'];
    const { rounds } = await playCampaign({
      scenarios: scenarios.filter(({ name }) => short.includes(name)),
      rounds: short.length,
      // A round of each in which little is sent, and each fault is short.
      seed: 12_259,
      at_once: short.length,
    });
    expect(rounds.map(({ scenario }) => scenario).sort()).toEqual([...short].sort());
    for (const { scenario, seed, violations, acknowledged, reads } of rounds) {
      expect(violations, `${scenario}, seed ${seed}`).toEqual([]);
      expect(acknowledged).toBeGreaterThan(1_000);
      expect(reads).toBeGreaterThan(0);
    }
  });

  test('of several Redis servers and queues lose nothing either', async () => {
    const names = ['redis-failover', 'sentinel-failover', 'queues-change', 'workers-come-and-go'];
    const { rounds } = await playCampaign({
      scenarios: scenarios.filter(({ name }) => names.includes(name)),
      rounds: names.length,
      // One failover of each kind, and every way in which a worker ends.
      seed: 98,
      at_once: 2,
    });
    expect(rounds.map(({ scenario }) => scenario).sort()).toEqual([...names].sort());
    for (const { scenario, seed, violations } of rounds) {
      expect(violations, `${scenario}, seed ${seed}`).toEqual([]);
    }
  }, 400_000);
});

// Running processes are read from /proc.
const isBlind = process.platform !== 'linux';
describe.skipIf(isBlind || (missing !== undefined && !process.env.CI))(
  'chaos that is interrupted',
  () => {
    test('takes down its servers and leaves no file behind', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'runfold-interrupted-'));
      // Postgres runs as another user, who must be able to enter the folder.
      await chmod(folder, 0o711);
      try {
        const args = ['--rounds', '50', '--scenario', 'restarts'];
        const running = startProgram('chaos/main', args, { env: { TMPDIR: folder } });
        const inFolder = () => readdir(folder, { recursive: true });
        await waitUntil(
          inFolder,
          (names) => names.some((name) => /round_1_restarts\/producer/.test(name)),
          { what: 'a round to begin' },
        );
        expect(await commandLinesWith(folder)).not.toEqual([]);
        running.kill('SIGINT');
        const { code, stdout, stderr } = await running.exit;
        expect(code, stderr).toBe(130);
        // The report says that no round was finished.
        expect(stdout).toMatch(/│ all +│ 0 /);
        // Other programs may have a cache there.
        const left = await readdir(folder);
        expect(left.filter((name) => name.startsWith('runfold'))).toEqual([]);
        expect(await commandLinesWith(folder)).toEqual([]);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    });
  },
);

/** The command lines of running processes that contain a folder's name, as Postgres's does. */
async function commandLinesWith(folder: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    // A process may end between the two reads.
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return lines.filter((line) => line.includes(folder));
}

describe('a plan', () => {
  test('follows from its seed', () => {
    for (const { plan } of scenarios) {
      const made = () => {
        const random = createRandom(41);
        const planned = plan(random);
        // As much as tells two orders of the same random choices apart.
        const workload = { ...planned.workload, events: 50 };
        return { planned, sent: consignments(random, workload) };
      };
      expect(made()).toEqual(made());
    }
  });
});

describeWithPostgres('the checks after a round', () => {
  const events = sampleEvents(80);
  const plan = quietPlan(createRandom(1));
  const counts = { applied: 80, duplicate: 0, rejected: 0 };

  /**
   * The result of the checks for a store that holds `held`, after all `events` were acknowledged.
   */
  async function check(held: readonly MetricEvent[], change?: string) {
    const home = await createTestDatabase();
    const database = openDatabase(home.url);
    try {
      await foldEvents(database, held);
      if (change !== undefined) await database.query(change);
      const sendings = events.map((event) => ({ kind: 'event', event }) as const);
      const sender = {
        consignment: { project: 1, events_per_job: 10, sendings },
        outcomes: () => events.map(() => 'acknowledged' as const),
      };
      const worker = { counts: () => ({ ...counts, applied: held.length }) };
      return (await checkRound(database, plan, [sender], [worker])).violations.join('\n');
    } finally {
      await database.close();
      await home.drop();
    }
  }

  test('find nothing where nothing is wrong', async () => {
    expect(await check(events)).toBe('');
  });

  test('find an acknowledged event that is not in the log', async () => {
    expect(await check(events.slice(1))).toContain('acknowledged, but lost: 1\nsample-session-0');
  });

  test('find an event that nobody sent', async () => {
    expect(await check([...events, ...sampleEvents(1, 'other')])).toContain('never sent');
  });

  test('find a total that is off by one', async () => {
    const found = await check(
      events,
      `update runfold_internal.session set input_tokens = input_tokens + 1
      where session_id = 'sample-session-1'`,
    );
    expect(found).toContain('project 1, sessions sample-session-1: is');
    expect(found).toContain('verify: ');
  });
});

describeWithPostgres('the checks after a round of limits', () => {
  /** The violations in a store where one agent used 3 dollars of 4 with a hold, after a change. */
  async function check(change: string, more: { readonly acknowledged?: string } = {}) {
    const home = await createTestDatabase();
    const database = openDatabase(home.url);
    const receiver = await openReceiver();
    const secret_key = '7'.repeat(64);
    const allowed_hosts = ['127.0.0.1'];
    try {
      const budget = { measure: 'cost', limit: 4, window: 'total', at: [50, 80] } as const;
      await createBudget(database, {
        ...budget,
        at: [50, 80],
        name: 'writer',
        scope: 'agent',
        value: 'writer',
      });
      await createChannel(database, secretKeyOf(secret_key), {
        kind: 'webhook',
        name: 'hook',
        url: receiver.url,
        allowed_hosts,
      });
      await createRule(database, { kind: 'budget', name: 'spend', channels: ['hook'] });
      const { hold_id } = await checkBudget(database, {
        agent_id: 'writer',
        estimate: { cost: 3 },
        hold_seconds: 3_600,
      });
      await foldEvents(database, [
        {
          type: 'message',
          role: 'assistant',
          id: 'call',
          run_id: 'run',
          agent_id: 'writer',
          metrics: { cost: 3 },
          hold_id: hold_id ?? undefined,
        },
      ]);
      await evaluate(database, async () => undefined);
      await deliverDue(database, { secret_key, allowed_hosts });
      await database.query(change.replace('HOLD', `'${hold_id}'`));
      const ids = receiver.received.map(({ headers }) => String(headers['webhook-id']));
      const { violations } = await checkLimits(database, {
        sent: new Map([
          ['call', true],
          ...(more.acknowledged ? [[more.acknowledged, true]] : []),
        ] as [string, boolean][]),
        ended: new Set([hold_id ?? '']),
        delivered: new Set(ids),
      });
      return violations.join('\n');
    } finally {
      await database.close();
      await home.drop();
      await receiver.close();
    }
  }

  test('find nothing where nothing is wrong', async () => {
    expect(await check('select 1')).toBe('');
  });

  const more = (column: string) =>
    `insert into runfold_internal.budget_hold (project, hold_id, budget_id, value, amount, expires_at)
    select 1, ${column}, id, 'writer', 1000000, now() + interval '1 hour' from runfold_internal.budget`;
  const twice = `insert into runfold_internal.alert_notification (id, episode, rule_id, project, share, state, rule, budget, value, body)
    select gen_random_uuid(), episode + 1, rule_id, project, share, state, rule, budget, value, body
    from runfold_internal.alert_notification`;
  test.each([
    {
      what: 'an event that is held and used',
      change: more('HOLD'),
      says: 'against the law of budgets',
    },
    { what: 'a hold that did not end', change: more('HOLD'), says: 'still held' },
    {
      what: 'a use that is not the fold of the log',
      // A budget reads whole hours from their roll-up, so the hour of a quarter counts as well.
      change: `update runfold_internal.model_usage set cost_nanos = cost_nanos - 1;
        update runfold_internal.agent_usage_hour set cost_nanos = cost_nanos - 1`,
      says: 'against the law of budgets',
    },
    {
      what: 'a use above the limit',
      change: 'update runfold_internal.budget set limit_units = 2000000000',
      says: 'against the law of budgets',
    },
    {
      what: 'a crossing that was reported twice',
      change: twice,
      says: '2 notifications instead of 1',
    },
    {
      what: 'a crossing that was not reported',
      change: 'delete from runfold_internal.alert_notification',
      says: '0 notifications instead of 1: writer of writer, 50 %',
    },
    {
      what: 'a notification that did not arrive',
      change: 'update runfold_internal.alert_delivery set id = gen_random_uuid()',
      says: 'not delivered',
    },
  ])('find $what', async ({ change, says }) => {
    expect(await check(change)).toContain(says);
  });

  test('find an acknowledged event that is not in the log', async () => {
    expect(await check('select 1', { acknowledged: 'other' })).toContain('but lost: other');
  });
});
