import type { Client } from 'pg';
import { expect, test } from 'vitest';
import { migrateQueue } from '#runfold/queue/open-queue.js';
import { openQueueGauge, type QueueGauge } from '#runfold/queue/queue-gauge.js';
import type { QueueTarget } from '#runfold/queue/queue-target.js';
import { createTestDatabase } from '../../harness/database.js';
import { guardBinaries, startGuardedRedis } from '../../harness/guarded-server.js';
import { withClient } from '../../harness/postgres-server.js';
import { withRedis } from '../../harness/redis-server.js';
import { describeWithPostgres } from '../../harness/suite.js';
import { waitUntil } from '../../harness/wait-until.js';

const gaugeOf = (target: QueueTarget) => openQueueGauge(target, () => undefined);
const isWritable = (gauge: QueueGauge) =>
  gauge.tryWrite().then(
    () => true,
    () => false,
  );
const until = (gauge: QueueGauge, expected: boolean) =>
  waitUntil(
    () => isWritable(gauge),
    (is) => is === expected,
  );

test.skipIf(guardBinaries.redis === undefined)(
  'a Redis that refuses the scripts of a producer takes no jobs',
  async () => {
    const server = await startGuardedRedis(guardBinaries.redis ?? '');
    const set = (rule: string) =>
      withRedis(server.url, (redis) => redis.call('acl', 'setuser', 'default', rule));
    const gauge = await gaugeOf({ kind: 'redis', url: server.url });
    try {
      await until(gauge, true);
      await set('-eval');
      await until(gauge, false);
      await set('+eval');
      await until(gauge, true);
    } finally {
      await gauge.close();
      await server.stop();
    }
  },
);

describeWithPostgres('a queue on Postgres', () => {
  test('whose role may not add jobs takes none', async () => {
    const home = await createTestDatabase();
    await migrateQueue({ kind: 'postgres', connection: home.url });
    const role = `gauge_${new URL(home.url).pathname.slice(1)}`;
    const run = (sql: string) => withClient(home.url, (client: Client) => client.query(sql));
    await run(
      `create role ${role} login password 'gauge'; grant usage on schema bullmq to ${role};
       grant select, insert, update, delete on all tables in schema bullmq to ${role};
       grant usage on all sequences in schema bullmq to ${role}`,
    );
    const url = new URL(home.url);
    url.username = role;
    url.password = 'gauge';
    const gauge = await gaugeOf({ kind: 'postgres', connection: url.href });
    try {
      await until(gauge, true);
      await run(`revoke insert on bullmq.job from ${role}`);
      expect(await isWritable(gauge)).toBe(false);
      await run(`grant insert on bullmq.job to ${role}`);
      expect(await isWritable(gauge)).toBe(true);
    } finally {
      await gauge.close();
      await run(`drop owned by ${role}; drop role ${role}`);
      await home.drop();
    }
  });
});
