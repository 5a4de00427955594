import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startNode } from '../../harness/processes.js';
import { groupBinaries, openCluster, type RedisGroup } from '../../harness/redis-group.js';
import { makeCertificates, type TestCertificates, tlsBinaries } from '../../harness/tls-servers.js';

const isMissing = groupBinaries() === undefined || tlsBinaries.openssl === undefined;
if (isMissing) console.warn('skipped: Redis Cluster with TLS (no redis-server or no openssl)');

describe.skipIf(isMissing && !process.env.CI)('a queue on Redis Cluster with TLS', () => {
  let certificates: TestCertificates;
  let group: RedisGroup;
  beforeAll(async () => {
    certificates = await makeCertificates();
    group = await openCluster({ certificates: certificates.folder });
  });
  afterAll(async () => {
    await group?.close();
    await certificates?.remove();
  });

  const emit = (ca: string) => {
    const script = `
      import { createProducer } from '#runfold/producer.js';
      const errors = new Set();
      const on_error = (error) => errors.add(error.code);
      const queue = { kind: 'redis', url: process.env.REDIS_URL };
      const producer = await createProducer({ queue, on_error, events_per_job: 1 });
      for (let at = 0; at < 40; at++) producer.run({ run_id: 'run-' + at });
      const flushed = producer.flush({ timeout_ms: 5_000 }).then(() => 'sent', (error) => error.code);
      console.log(await flushed, [...errors].join());
      process.exit(0);`;
    const env = { REDIS_URL: group.url, NODE_EXTRA_CA_CERTS: ca };
    return startNode(['--input-type=module', '--eval', script], { env }).exit;
  };

  test('takes events from whoever trusts its certificate, on each of its nodes', async () => {
    const { stdout, stderr } = await emit(certificates.ca);
    expect(stdout, stderr).toBe('sent \n');
  });

  test('is not trusted by others, and they say so', async () => {
    const { stdout, stderr } = await emit(certificates.other_ca);
    expect(stdout, stderr).toContain('queue_unavailable queue_untrusted');
  });
});
