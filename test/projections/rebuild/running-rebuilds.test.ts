import { expect, test } from 'vitest';
import { rebuild } from '#runfold/projections/rebuild/rebuild.js';
import { claimRebuild } from '#runfold/projections/rebuild/rebuild-claim.js';
import {
  listRunningRebuilds,
  type RunningRebuild,
} from '#runfold/projections/rebuild/rebuild-schema.js';
import { foldEvents } from '../../../harness/fold-events.js';
import { sampleEvents } from '../../../harness/sample-events.js';
import { describeOnEachTier, openTestTier } from '../../../harness/tiers.js';

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
    expect(seen).toEqual([{ step: null, share: 0 }]);
    expect(await listRunningRebuilds(database)).toEqual([]);

    const client = await database.pool.connect();
    const claim = await claimRebuild(database, client);
    await claim.beat('fold', 0.25);
    expect(await listRunningRebuilds(database)).toEqual([{ step: 'fold', share: 0.25 }]);
    await claim.release();
    client.release();
    await home.close();
  });
});
