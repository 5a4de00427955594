import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { whileLocked } from '../../harness/lock-tables.js';
import { describeWithPostgres } from '../../harness/suite.js';
import { message } from '../cli/command-line.js';
import { jsonOf, openTestService, posted, type TestService } from './http-service.js';

describe('an embedded store whose session somebody keeps', () => {
  let service: TestService;
  let keeper: pg.PoolClient;

  beforeAll(async () => {
    service = await openTestService('embedded', {
      limits: { read_timeout_ms: 1_000, queue_timeout_ms: 1_000 },
    });
    await service.fetch('/v1/events?wait=true', posted(message('r', { id: 'a' })));
    keeper = await service.home.tier.database.pool.connect();
    await keeper.query('begin; select 1');
  });
  // Whoever sends nothing for 30 seconds is disconnected.
  beforeEach(async () => {
    await keeper.query('select 1');
  });
  afterAll(async () => {
    await keeper?.query('rollback');
    keeper?.release();
    await service?.close();
  });

  test.each(['/v1/runs', '/v1/messages?session_id=r', '/v1/status', '/v1/audits/latest'])(
    'a read gets a problem instead of nothing: %s',
    async (path) => {
      const answer = await service.fetch(path);
      expect(answer.status).toBe(503);
      expect((await jsonOf<{ code: string }>(answer)).code).toMatch(
        /^(database_unavailable|read_timeout)$/,
      );
    },
  );

  test('a write gets one too', async () => {
    const answer = await service.fetch('/v1/events', posted(message('r', { id: 'b' })));
    expect(answer.status).toBe(503);
  });

  test('probes and metrics respond', async () => {
    const ready = await service.fetch('/readyz');
    expect(await jsonOf(ready)).toMatchObject({ code: 'not_ready', database: 'failing' });
    const metrics = await service.fetch('/metrics');
    expect(await metrics.text()).toMatch(/^runfold_rejects nan$/im);
  });
});

describeWithPostgres('events that wait for a database that does not respond', () => {
  let service: TestService;

  beforeAll(async () => {
    service = await openTestService('postgres', { limits: { read_timeout_ms: 1_000 } });
  });
  afterAll(() => service?.close());

  /** Sends an event while nobody can read the log. */
  const sendLocked = (id: string, timeout_ms: number) =>
    whileLocked(service.home.tier.database, ['event'], async () => {
      const path = `/v1/events?wait=true&timeout_ms=${timeout_ms}`;
      const answer = await service.fetch(path, posted(message('r', { id })));
      return { status: answer.status, ...(await jsonOf(answer)) };
    });

  test('are accepted, and the response says why it does not know more', async () => {
    const taken = { status: 202, accepted: 1, refused: 0, folded: false };
    expect(await sendLocked('a', 200)).toEqual({ ...taken, reason: 'not_in_time' });
    expect(await sendLocked('b', 60_000)).toEqual({ ...taken, reason: 'database_unavailable' });
    const after = await service.fetch('/v1/events?wait=true', posted(message('r', { id: 'b' })));
    expect(await jsonOf(after)).toMatchObject({ folded: true });
  });
});
