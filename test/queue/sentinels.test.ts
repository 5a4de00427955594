import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findOutage } from '#runfold/queue/open-queue.js';
import { startNode } from '../../harness/processes.js';
import { groupBinaries, openSentinels, type RedisGroup } from '../../harness/redis-group.js';
import { makeCertificates, type TestCertificates, tlsBinaries } from '../../harness/tls-servers.js';

const isMissing = groupBinaries() === undefined || tlsBinaries.openssl === undefined;
if (isMissing) console.warn('skipped: sentinels with TLS (no redis-server or no openssl)');

describe.skipIf(isMissing && !process.env.CI)('sentinels with TLS and a password', () => {
  let certificates: TestCertificates;
  let group: RedisGroup;
  /** The same servers, without TLS. */
  let plain: string;
  beforeAll(async () => {
    certificates = await makeCertificates();
    group = await openSentinels({ certificates: certificates.folder, sentinelPassword: 'theirs' });
    const hosts = group.others.map(({ port }) => `127.0.0.1:${port}`).join(',');
    plain = group.url.replace('rediss:', 'redis:').replace(/@[^?]*/, `@${hosts}`);
  });
  afterAll(async () => {
    await group?.close();
    await certificates?.remove();
  });

  /** A producer that sends an event at its start, and another one with each SIGUSR2. */
  const emitting = (ca: string) => {
    const script = `
      import { createProducer } from '#runfold/producer.js';
      const errors = new Set();
      const on_error = (error) => errors.add(error.code);
      const queue = { kind: 'redis', url: process.env.REDIS_URL };
      const producer = await createProducer({ queue, on_error });
      let count = 0;
      const emit = async () => {
        producer.run({ run_id: 'run' });
        const flushed = producer.flush({ timeout_ms: 60_000 }).then(() => 'sent', (error) => error.code);
        console.log('event', ++count, await flushed);
      };
      setInterval(() => errors.size > 0 && console.log('errors', [...errors].join()), 100);
      process.on('SIGUSR2', emit);
      await emit();`;
    const env = { REDIS_URL: group.url, NODE_EXTRA_CA_CERTS: ca };
    return startNode(['--input-type=module', '--eval', script], { env });
  };

  test('lead to the master, and to the next one after its death', async () => {
    const child = emitting(certificates.ca);
    await child.waitForLine(/^event 1 sent$/);
    const [master] = await group.masters();
    await master?.kill();
    child.kill('SIGUSR2');
    await child.waitForLine(/^event 2 sent$/);
    expect(child.output().stdout).not.toMatch(/queue_untrusted|queue_refused|queue_wrong_kind/);
    child.kill('SIGKILL');
    await child.exit;
    const [next] = await group.masters();
    expect(next?.port).not.toBe(master?.port);
    await group.heal();
  });

  test('are not trusted without their certificate', async () => {
    const child = emitting(certificates.other_ca);
    await child.waitForLine(/^errors queue_untrusted/);
    child.kill('SIGKILL');
    await child.exit;
  });

  test.each([
    [
      'an unknown name',
      () => plain.replace('sentinel=main', 'sentinel=other'),
      'queue_wrong_kind',
      'have no master with the name "other". Correct ?sentinel=other in REDIS_URL',
    ],
    [
      'no password for them',
      () => plain.replace(/&.*/, ''),
      'queue_refused',
      'refuse the user or the password: NOAUTH Authentication required. Add &sentinel_password=…',
    ],
    [
      'a wrong password for them',
      () => plain.replace('theirs', 'wrong'),
      'queue_refused',
      'Check sentinel_username and sentinel_password in REDIS_URL.',
    ],
    [
      'a Redis in their place',
      () =>
        `redis://:of-the-group@127.0.0.1:${group.nodes[0]?.port}?sentinel=main&sentinel_password=of-the-group`,
      'queue_wrong_kind',
      'got a Redis. Name the sentinels in REDIS_URL, or leave ?sentinel=main out of it.',
    ],
    [
      'one of them in place of a Redis',
      () => `redis://:theirs@127.0.0.1:${group.others[0]?.port}`,
      'queue_wrong_kind',
      'got a sentinel. Set REDIS_URL=redis://',
    ],
  ])('say what to correct, given %s', async (_, url, code, message) => {
    await expect(findOutage({ kind: 'redis', url: url() })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });
});
