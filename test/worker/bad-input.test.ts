import { pino } from 'pino';
import { expect, test } from 'vitest';
import { verify } from '#runfold/projections/audit/verify.js';
import { listRejects } from '#runfold/query/rejects.js';
import { getRun } from '#runfold/query/totals/runs.js';
import { openQueue } from '#runfold/queue/open-queue.js';
import { openWorker } from '#runfold/worker/open-worker.js';
import { describeOnEachTier, openTestTier } from '../../harness/tiers.js';
import { waitUntil } from '../../harness/wait-until.js';

const message = {
  type: 'message',
  role: 'assistant',
  run_id: 'r',
  session_id: 's',
  occurred_at: '2026-01-31T12:00:00Z',
};
const tokens = (input_tokens: unknown) => ({ ...message, metrics: { input_tokens } });
const far = new Date(Date.now() + 2 * 86_400_000).toISOString();

/** Events that our producer would refuse, each with the message for it. */
const badEvents: Readonly<Record<string, readonly [unknown, RegExp]>> = {
  'an unknown type': [{ ...message, type: 'span' }, /^type: expected one of .*, got "span"$/],
  'no run id': [{ ...message, run_id: undefined }, /^run_id: expected a string .*, got nothing$/],
  'no id': [message, /^id: expected a string .*, got nothing$/],
  'negative tokens': [tokens(-1), /^metrics.input_tokens: expected an integer .*, got -1$/],
  'half a token': [tokens(0.5), /^metrics.input_tokens: expected an integer .*, got 0.5$/],
  'too many tokens': [tokens(2 ** 31), /^metrics.input_tokens: expected .*, got 2147483648$/],
  'no number': [tokens('NaN'), /^metrics.input_tokens: expected .*, got "NaN"$/],
  'an endless time': [
    { ...message, metrics: { time: '1e309' } },
    /^metrics.time: expected seconds .*, got "1e309"$/,
  ],
  'a time in the far future': [
    { ...message, occurred_at: far },
    /^occurred_at: expected a time at most a day ahead of the clock, got "/,
  ],
  NUL: [{ ...message, model: 'a\0b' }, /^model: expected .* without NUL .*, got "a\\u0000b"$/],
  'half a surrogate pair': [{ ...message, user_id: 'x\ud800' }, /^user_id: .*, got "x\\ud800"$/],
  'ten megabytes': [
    { ...message, metrics: { additional_metrics: { text: 'x'.repeat(10_000_000) } } },
    /^metrics.additional_metrics: expected a JSON object of at most 65536 characters/,
  ],
  'no object': [7, /^event: expected an object, got 7$/],
};

/** Invalid jobs. */
const badJobs: Readonly<Record<string, readonly [unknown, RegExp]>> = {
  'no object': ['hello', /^job: expected an object/],
  'a batch of someone else': [{ to: 'someone' }, /^v: expected 1 or 2, got nothing$/],
  'a version to come': [{ v: 3, project: 1, events: [] }, /^v: expected 1 or 2, got 3$/],
  'no project': [
    { v: 1, events: [] },
    /^project: expected an integer from 1 to 2147483647, got nothing$/,
  ],
  'no list': [{ v: 1, project: 1, events: { a: 1 } }, /^events: expected an array/],
  'torn text': [{ v: 1, project: 1, events: '[{"type":' }, /^events: expected an array/],
  'torn columns': [{ v: 2, project: 1, columns: '{"size":' }, /^columns: /],
};

describeOnEachTier('bad input on the queue', (name) => {
  test('becomes a reject that says why and holds what came, and the good is folded', async () => {
    const home = await openTestTier(name);
    const { database } = home.tier;
    const queue = await openQueue(home.tier.queue, { onError: () => undefined });
    const good = (id: string) => ({ ...tokens(5), id });
    const names = Object.keys(badEvents);
    // A job's data is JSON, and so is its copy in a reject.
    const json = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown;
    for (const [at, [bad]] of Object.values(badEvents).entries()) {
      const event =
        typeof bad === 'object' && names[at] !== 'no id' ? { id: `bad-${at}`, ...bad } : bad;
      // As a string: on Postgres a job's data is jsonb, which would refuse NUL on its own.
      const events = JSON.stringify([good(`before-${at}`), event, good(`after-${at}`)]);
      await queue.add('events', { v: 1, project: 1, events }, { jobId: `event-${at}` });
    }
    for (const [at, [data]] of Object.values(badJobs).entries()) {
      await queue.add('events', data, { jobId: `job-${at}` });
    }
    const worker = await openWorker({
      database,
      queue: home.tier.queue,
      log: pino({ level: 'silent' }),
    });
    const bad = names.length + Object.keys(badJobs).length;
    const applied = 2 * names.length;
    await waitUntil(
      () => worker.stats().received,
      (received) => received >= bad + applied,
      { what: 'all to be received' },
    );
    await worker.close();
    await queue.close();
    expect(worker.stats()).toMatchObject({ applied, duplicate: 0, rejected: bad });

    const { items } = await listRejects(database, { project: 1, limit: 100 });
    const rejects = new Map(items.map((item) => [item.job_id, item]));
    expect(rejects.size).toBe(bad);
    for (const [at, [what, [sent, says]]] of Object.entries(badEvents).entries()) {
      const reject = rejects.get(`event-${at}`);
      expect(reject, what).toMatchObject({ code: 'invalid_event', position: 1 });
      expect(reject?.message, what).toMatch(says);
      const kept = JSON.parse(reject?.payload ?? '');
      if (what === 'ten megabytes') expect(kept).toMatch(/^\{"id":"bad-\d+","type":"message".*x…$/);
      else if (typeof sent !== 'object') expect(kept).toBe(sent);
      else expect(kept, what).toMatchObject(json(sent) as object);
    }
    for (const [at, [what, [sent, says]]] of Object.entries(badJobs).entries()) {
      const reject = rejects.get(`job-${at}`);
      expect(reject, what).toMatchObject({ code: 'invalid_job', position: 0 });
      expect(reject?.message, what).toMatch(says);
      expect(JSON.parse(reject?.payload ?? ''), what).toEqual(json(sent));
    }
    const run = await getRun(database, { run_id: 'r' });
    expect(run).toMatchObject({ messages: applied, input_tokens: 5 * applied });
    expect(await verify(database)).toMatchObject({ equal: true, events: applied });
    await home.close();
  });
});
