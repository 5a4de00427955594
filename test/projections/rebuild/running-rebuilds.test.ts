import { expect, test } from 'vitest';
import { openDatabase } from '#runfold/postgres/database.js';
import { rebuild } from '#runfold/projections/rebuild/rebuild.js';
import { claimRebuild, cleanUpRebuild } from '#runfold/projections/rebuild/rebuild-claim.js';
import {
  listRunningRebuilds,
  type RunningRebuild,
} from '#runfold/projections/rebuild/rebuild-schema.js';
import { openShardMap, rememberShardMap } from '#runfold/store/shards/open-shard-map.js';
import { fixedShards } from '#runfold/store/shards/shard-map.js';
import { wholeStore } from '#runfold/store/shards/table-names.js';
import { createTestDatabase } from '../../../harness/database.js';
import { foldEvents } from '../../../harness/fold-events.js';
import { sampleEvents } from '../../../harness/sample-events.js';
import { describeWithPostgres } from '../../../harness/suite.js';
import { describeOnEachTier, openTestTier } from '../../../harness/tiers.js';
import { waitUntil } from '../../../harness/wait-until.js';

describeOnEachTier('a rebuild', (name) => {
  test('is seen by others while it runs, and no longer', async () => {
    const home = await openTestTier(name);
    const { database } = home.tier;
    await foldEvents(database, sampleEvents(64));
    const seen: RunningRebuild[] = [];
    await rebuild(database, {
      async on_progress({ step }) {
        if (step === 'cut') seen.push(...(await listRunningRebuilds(database)));
      },
    });
    // A store that is divided is rebuilt shard by shard.
    const shards = (await openShardMap(database)).shards();
    expect(seen).toEqual(shards.map(() => ({ step: null, share: 0 })));
    expect(await listRunningRebuilds(database)).toEqual([]);

    const [{ database: server, tables } = { database, tables: wholeStore }] = shards;
    const client = await server.pool.connect();
    const claim = await claimRebuild(server, client, tables);
    await claim.beat('fold', 0.25);
    expect(await listRunningRebuilds(database)).toEqual([{ step: 'fold', share: 0.25 }]);
    await claim.release();
    client.release();
    await home.close();
  });
});

describeWithPostgres('a rebuild on another server', () => {
  test('is seen by those who ask the store, and its remains are removed by them', async () => {
    const homes = [await createTestDatabase(), await createTestDatabase()];
    const [database, node] = homes.map(({ url }) => openDatabase(url, { max: 4 }));
    if (database === undefined || node === undefined) throw new Error('Expected two databases.');
    const shard = { stripe: 0, tables: wholeStore, database: node, place: 'node' };
    rememberShardMap(database, { ...fixedShards([shard]), is_spread: true });
    expect(await listRunningRebuilds(database)).toEqual([]);
    const client = await node.pool.connect();
    const claim = await claimRebuild(node, client);
    await claim.beat('fold', 0.5);
    expect(await listRunningRebuilds(database)).toEqual([{ step: 'fold', share: 0.5 }]);
    expect(await cleanUpRebuild(database)).toBe(false);
    client.release(true);
    // The claim ends when the server notices that the connection is gone.
    await waitUntil(
      () => cleanUpRebuild(database),
      (isClean) => isClean,
      { what: 'the remains to be removed' },
    );
    expect(await listRunningRebuilds(database)).toEqual([]);
    await Promise.all([database.close(), node.close()]);
    await Promise.all(homes.map((home) => home.drop()));
  });
});
