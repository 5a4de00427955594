import { afterAll, beforeAll, expect, test } from 'vitest';
import { shardsOfServers, whileLocked } from '../../harness/lock-tables.js';
import { describeWithPostgres } from '../../harness/suite.js';
import { waitUntil } from '../../harness/wait-until.js';
import { message } from '../cli/command-line.js';
import { jsonOf, openTestService, posted, type TestService } from './http-service.js';

const paths = [
  '/v1/runs',
  '/v1/runs/r',
  '/v1/runs/r/tree',
  '/v1/runs/r/metrics',
  '/v1/messages?run_id=r',
  '/v1/sessions',
  '/v1/sessions/r',
  '/v1/find?q=r',
];

/** A service with one event, for all tests of a suite. */
function useService(read_timeout_ms: number) {
  let service: TestService;
  beforeAll(async () => {
    service = await openTestService('postgres', { limits: { read_timeout_ms } });
    await service.fetch('/v1/events?wait=true', posted(message('r', { id: 'a' })));
  });
  afterAll(() => service.close());

  /** The number of statements that wait for the lock of `locked`, on the server that has most of them. */
  const waiting = async () => {
    const servers = [...(await shardsOfServers(service.home.tier.database)).keys()];
    const counts = servers.map(async (server) => {
      const [row] = await server.query<{ count: number }>(
        `select count(*)::integer as count from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock' and query like '%/* runfold%'`,
      );
      return row?.count ?? -1;
    });
    return Math.max(...(await Promise.all(counts)));
  };
  const locked = (work: () => Promise<void>) =>
    whileLocked(service.home.tier.database, ['run', 'session'], work);
  const fetch: TestService['fetch'] = (path, init) => service.fetch(path, init);
  return { fetch, waiting, locked };
}

describeWithPostgres('a read over HTTP whose client leaves', () => {
  // Longer than any wait here: a busy machine does not end the read before its client leaves.
  const { fetch, waiting, locked } = useService(120_000);

  test.each(paths)('ends on the server: %s', async (path) => {
    await locked(async () => {
      const leaving = new AbortController();
      const read = fetch(path, { signal: leaving.signal });
      await waitUntil(waiting, (count) => count > 0, { what: 'a statement to wait' });
      leaving.abort();
      await expect(read).rejects.toThrow();
      await waitUntil(waiting, (count) => count === 0, { what: 'the statement to end' });
    });
    expect((await fetch(path)).status).toBe(200);
  });
});

describeWithPostgres('a read over HTTP that takes long', () => {
  const { fetch, waiting, locked } = useService(2_000);

  test('ends when its time is up, while ingest and health go on', async () => {
    await locked(async () => {
      const reads = Array.from({ length: 12 }, () => fetch('/v1/runs'));
      await waitUntil(waiting, (count) => count === 6, { what: 'the readers’ share to be taken' });
      expect((await fetch('/readyz')).status).toBe(200);
      expect((await fetch('/v1/events', posted(message('r', { id: 'b' })))).status).toBe(202);
      for (const read of reads) {
        const answer = await read;
        expect(answer.status).toBe(503);
        expect(await jsonOf(answer)).toMatchObject({ code: 'read_timeout' });
      }
      // The server ends a cancelled statement a moment after its client has the response.
      await waitUntil(waiting, (count) => count === 0, { what: 'the statements to end' });
    });
  });
});
