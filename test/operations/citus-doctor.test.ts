import { afterAll, beforeAll, expect, test } from 'vitest';
import { diagnose } from '#runfold/operations/doctor/doctor.js';
import { type Database, openDatabase } from '#runfold/postgres/database.js';
import { citusNodes, createCitusStore } from '../../harness/citus-cluster.js';
import { describeWithCitus } from '../../harness/citus-store.js';
import { databaseUrl } from '../../harness/database-url.js';
import { withClient } from '../../harness/postgres-server.js';
import { openTcpProxy, type TcpProxy } from '../../harness/tcp-proxy.js';

describeWithCitus('doctor on a Citus cluster', () => {
  const [node = ''] = citusNodes;
  let store: Awaited<ReturnType<typeof createCitusStore>>;
  let proxy: TcpProxy;
  beforeAll(async () => {
    proxy = await openTcpProxy(node, 5432);
    store = await createCitusStore({
      stripes: 2,
      reachedAt: (one) => (one === node ? proxy.url : one),
    });
  });
  afterAll(async () => {
    await store?.drop();
    await proxy?.close();
  });

  const look = async (database: Database) => {
    const sources = {
      tier: 'postgres',
      version: '0',
      queue: { kind: 'postgres', connection: store.url },
      dir: '.',
    } as const;
    const { checks } = await diagnose({ ...sources, database });
    return (name: string) => checks.find(({ check }) => check === name);
  };

  test('looks at each server, names the one with a wrong setting, and the one that is away', async () => {
    const name = new URL(store.url).pathname.slice(1);
    const place = `127.0.0.1:${new URL(proxy.url).port}`;
    const well = await look(store.database);
    expect(well('nodes')).toMatchObject({
      level: 'ok',
      what: `${citusNodes.length}, each reachable`,
    });
    expect(well('node_versions')).toMatchObject({
      level: 'ok',
      what: expect.stringMatching(/^Postgres \S+ with Citus \S+$/),
    });
    for (const check of ['node_settings', 'copies', 'synchronous_commit']) {
      expect(well(check), check).toMatchObject({ level: 'ok' });
    }
    expect(well('free_disk')).toBeDefined();

    await withClient(databaseUrl(node, name), async (client) => {
      await client.query('set citus.enable_ddl_propagation = off');
      await client.query(`alter database ${name} set synchronous_commit = off`);
      await client.query(`alter database ${name} set array_nulls = off`);
    });
    const database = openDatabase(store.url, { max: 2 });
    try {
      const ill = await look(database);
      expect(ill('synchronous_commit')).toMatchObject({ level: 'problem', what: `${place}: off` });
      expect(ill('node_settings')).toMatchObject({
        level: 'problem',
        what: `${place}: array_nulls = off`,
      });
      await proxy.cut();
      const away = await look(database);
      expect(away('nodes')).toMatchObject({
        level: 'problem',
        what: expect.stringContaining(place),
      });
      expect(away('synchronous_commit')).toMatchObject({ level: 'ok' });
    } finally {
      await proxy.restore();
      await database.close();
    }
  });
});
