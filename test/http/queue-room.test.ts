import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createClient } from '#runfold/client.js';
import { openWorker } from '#runfold/worker/open-worker.js';
import { describeWithRedis } from '../../harness/suite.js';
import { waitUntil } from '../../harness/wait-until.js';
import { openTestService, type TestService } from './http-service.js';

const event = (run: string) => ({ type: 'run', run_id: run });

describeWithRedis('a queue that is full', () => {
  const post = (service: TestService, run: string) =>
    service.fetch('/v1/events', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(event(run)),
    });

  test('is told by 429 and Retry-After, and a client waits until there is room', async () => {
    const service = await openTestService('redis+postgres', {
      worker_runs: false,
      limits: { queue_jobs: 2 },
    });
    const { database, queue } = service.home.tier;
    try {
      for (const run of ['a', 'b', 'c']) expect((await post(service, run)).status).toBe(202);
      const refused = await waitUntil(
        () => post(service, 'd'),
        ({ status }) => status === 429,
        { timeoutMs: 20_000, intervalMs: 200 },
      );
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(await refused.json()).toMatchObject({ code: 'queue_full', status: 429 });
      const client = createClient({ url: service.http.url });
      const sending = client.emit(event('e') as never);
      const worker = await openWorker({ database, queue, log: pino({ level: 'silent' }) });
      expect(await sending).toMatchObject({ accepted: 1 });
      await worker.close();
    } finally {
      await service.close();
    }
  }, 60_000);

  test('is none while nothing is said', async () => {
    const service = await openTestService('redis+postgres', { worker_runs: false });
    try {
      for (let at = 0; at < 5; at++) expect((await post(service, `r${at}`)).status).toBe(202);
    } finally {
      await service.close();
    }
  });
});
