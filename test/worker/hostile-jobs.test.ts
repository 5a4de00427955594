import { pino } from 'pino';
import { expect, test } from 'vitest';
import { verify } from '#runfold/projections/audit/verify.js';
import { listRejects, type RejectedEvent } from '#runfold/query/rejects.js';
import { openQueue } from '#runfold/queue/open-queue.js';
import { openWorker } from '#runfold/worker/open-worker.js';
import { testRedisUrl } from '../../harness/queue-prefix.js';
import { withRedis } from '../../harness/redis-server.js';
import { describeWithRedis } from '../../harness/suite.js';
import { openTestTier } from '../../harness/tiers.js';
import { waitUntil } from '../../harness/wait-until.js';

const message = {
  type: 'message',
  role: 'assistant',
  run_id: 'r',
  session_id: 's',
  occurred_at: '2026-01-31T12:00:00Z',
};
const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
const job = (events: string) => `{"v":1,"project":1,"events":${events}}`;
const event = (more: string) => job(`[${JSON.stringify(message).slice(0, -1)},${more}}]`);
const columns = (more: string) =>
  `{"v":2,"project":1,"columns":{"type":[1],"role":[1],"id":["x"],"run_id":["r"],"session_id":["s"],"occurred_at_us":[1769860800000000],${more}}}`;

interface Hostile {
  /** The data of the job as it is stored in Redis. */
  readonly data?: string;
  readonly fields?: Readonly<Record<string, string>>;
  readonly says?: RegExp;
  /** Defaults to one reject. */
  readonly rejects?: number;
  readonly project?: number;
  readonly id?: string;
}

/** Jobs as anyone who may write to Redis can create them. */
const hostile: Readonly<Record<string, Hostile>> = {
  'nested thousands of levels in a field': { data: event(`"x":${nested(6_000)}`), says: /x: / },
  'nested thousands of levels as an event': { data: job(nested(6_000)), says: /event: / },
  'nested thousands of levels as a whole': { data: nested(6_000), says: /job: / },
  'nested in a column of JSON': {
    data: columns(`"additional_metrics":[${JSON.stringify(nested(6_000))}]`),
    says: /additional_metrics/,
  },
  'nested in a column of text': { data: columns(`"model":[${nested(6_000)}]`), says: /model: / },
  'the name __proto__ with no number': {
    data: event('"id":"odd","metrics":{"prompt_tokens_details":{"__proto__":"x"}}'),
    says: /metrics\.prompt_tokens_details\.__proto__: expected an integer .*, got "x"$/,
  },
  'the name __proto__ with half a surrogate': {
    data: event('"id":"odd","metrics":{"additional_metrics":{"__proto__":"\\ud800"}}'),
    says: /metrics\.additional_metrics: /,
  },
  'the name __proto__ as a field': {
    data: event('"id":"odd","__proto__":{"x":1}'),
    says: /__proto__/,
  },
  'an id with NUL': { data: job('[7]'), id: 'a\0b', says: /event: expected an object/ },
  'an id with half a surrogate': { data: job('[7]'), id: '\ud800', says: /event: / },
  'a million zeros': {
    data: job(`[${'0,'.repeat(999_999)}0]`),
    says: /at most 50000 events in one job, got 1000000$/,
  },
  'three million zeros': {
    data: job(`[${'0,'.repeat(2_999_999)}0]`),
    says: /at most 2000000 values, got more$/,
  },
  'ids beside empty columns': {
    data: columns(
      `"id":[${'"a",'.repeat(1_499_999)}"a"],"model":[],"provider":[],"user_id":[],"tool_name":[]`,
    ),
    says: /at most 50000 events in one job, got 1500000$/,
  },
  'millions of brackets': {
    data: job(`[${'[],'.repeat(2_000_000)}0]`),
    says: /at most 250000 arrays and objects/,
  },
  'millions of brackets within a text': {
    data: `{"v":1,"project":1,"events":"[${'[],'.repeat(2_000_000)}0]"}`,
    says: /events: expected an array/,
  },
  'more text than a job may have': {
    data: job(`["${'x'.repeat(17 * 2 ** 20)}"]`),
    says: /job: expected at most \d+ characters/,
  },
  'tens of thousands of faults': {
    data: event(Array.from({ length: 50_000 }, (_, at) => `"k${at}":1`).join(',')),
    says: /more$/,
  },
  'a version to come, of another project': {
    data: '{"v":3,"project":2,"columns":{"a":[1]}}',
    project: 2,
    says: /v: expected 1 or 2, got 3$/,
  },
  'options that are not JSON': { fields: { opts: '{"att' }, rejects: 0 },
  'options that are null': { fields: { opts: 'null' }, rejects: 0 },
  'progress that is not JSON': { fields: { progress: '{' }, rejects: 0 },
  'a parent that is not JSON': { fields: { parent: '{', parentKey: 'x' }, rejects: 0 },
  'a failure put off': { fields: { defa: 'never' }, rejects: 0 },
  'a schedule of its own': { fields: { rjk: 'a:b:c:d:e' }, rejects: 0 },
  'no number where numbers are': {
    fields: { priority: 'x', timestamp: 'w' },
    rejects: 0,
  },
};

describeWithRedis('a hostile job on the queue', () => {
  test('ends no worker: it is set aside, bounded, and all others are folded', async () => {
    const home = await openTestTier('redis+postgres');
    const { database } = home.tier;
    const queue = await openQueue(home.tier.queue, { onError: () => undefined });
    const cases = Object.entries(hostile);
    let goods = 0;
    const good = () => JSON.stringify([{ ...message, id: `good-${goods++}` }]);
    await withRedis(testRedisUrl(), async (redis) => {
      for (const [at, [, { data, fields, id = `job-${at}` }]] of cases.entries()) {
        await queue.add('events', { v: 1, project: 1, events: good() });
        await queue.add('events', {}, { jobId: id, delay: 60_000 });
        const put = { ...fields, data: data ?? job(good()) };
        await redis.hset(queue.toKey(id), put);
        // As BullMQ promotes it.
        await redis.hset(queue.toKey(id), 'delay', '0');
        await redis.lpush(queue.toKey('wait'), id);
      }
      await redis.del(queue.toKey('delayed'));
      await queue.add('events', { v: 1, project: 1, events: good() });
    });
    const worker = await openWorker({
      database,
      queue: home.tier.queue,
      log: pino({ level: 'silent' }),
      stalled_interval_ms: 500,
    });
    const expected = cases.reduce((sum, [, { rejects = 1 }]) => sum + rejects, 0);
    await waitUntil(
      () => worker.stats(),
      ({ applied, rejected }) => applied >= goods && rejected >= expected,
      { what: 'all to be folded or rejected' },
    );
    const left = await waitUntil(
      () => queue.getJobCounts('waiting', 'active', 'delayed', 'failed'),
      ({ waiting, active }) => waiting === 0 && active === 0,
    );
    expect(left).toMatchObject({ failed: 0, delayed: 0 });
    await worker.close();
    await queue.close();
    expect(worker.stats()).toMatchObject({ applied: goods, rejected: expected, retries: 0 });

    const items: RejectedEvent[] = [];
    for (const project of [1, 2]) {
      // A page ends when the inputs of its rejects are large.
      let cursor: string | undefined;
      do {
        const page = await listRejects(database, { project, limit: 100, cursor });
        items.push(...page.items);
        cursor = page.next_cursor;
      } while (cursor !== undefined);
    }
    for (const [
      at,
      [what, { says, project = 1, rejects = 1, id = `job-${at}` }],
    ] of cases.entries()) {
      const found = items.filter(({ job_id }) => job_id === id.replace('\0', '\\0').toWellFormed());
      expect(found.length, what).toBe(rejects);
      for (const { message: text, payload, project: of } of found) {
        expect(of, what).toBe(project);
        expect(text, what).toMatch(says ?? /./);
        expect(text.length, what).toBeLessThan(10_000);
        expect(payload.length, what).toBeLessThan(2 ** 24 + 10_000);
      }
    }
    expect(await verify(database)).toMatchObject({ equal: true, events: goods });
    await home.close();
  });
});
