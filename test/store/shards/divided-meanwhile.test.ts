import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { decodeJob } from '#runfold/append/decode-job.js';
import { writeBatch } from '#runfold/append/write-batch.js';
import { openEventWriter } from '#runfold/append/writer/event-writer.js';
import { type Database, openDatabase } from '#runfold/postgres/database.js';
import { projections } from '#runfold/projections/projections.js';
import { followLog } from '#runfold/query/tail/tail.js';
import { createShards } from '#runfold/store/create-shards.js';
import { readShardMap, rememberShardMap, wholeMs } from '#runfold/store/shards/open-shard-map.js';
import { createTestDatabase, type TestDatabase } from '../../../harness/database.js';
import { apartShards, testStripes } from '../../../harness/divided-store.js';
import { sampleEvents } from '../../../harness/sample-events.js';
import { describeWithPostgres } from '../../../harness/suite.js';

describeWithPostgres('a process that runs while its store is divided', () => {
  let home: TestDatabase;
  let database: Database;
  beforeEach(async () => {
    home = await createTestDatabase();
    database = openDatabase(home.url, { max: 4 });
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await database.close();
    await home.drop();
  });
  const divide = async () => {
    const other = openDatabase(home.url, { max: 1 });
    await createShards(other, { stripes: testStripes, kind: 'partitions' });
    await other.close();
  };

  test('notices it after five seconds, and asks no more from then on', async () => {
    let now = 1_000;
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    const before = await readShardMap(database);
    expect(before.is_divided).toBe(false);
    await divide();
    now += wholeMs - 1;
    expect(await readShardMap(database)).toBe(before);
    now += 1;
    // Requests at the same moment share one look.
    const [one, two] = await Promise.all([readShardMap(database), readShardMap(database)]);
    expect(one).toMatchObject({ is_divided: true, stripes: testStripes });
    expect(two).toBe(one);
    now += 100 * wholeMs;
    expect(await readShardMap(database)).toBe(one);
  });

  test('continues a stream of events on the servers of the stripes', async () => {
    const stop = new AbortController();
    const stream = followLog(database, { poll_ms: 20, signal: stop.signal });
    await stream.next();
    await divide();
    const { run } = openEventWriter(database, projections);
    rememberShardMap(database, apartShards(database));
    const events = JSON.parse(JSON.stringify(sampleEvents(30)));
    await writeBatch(run, [decodeJob('job', { v: 1, project: 1, events })]);
    const found = new Set<string>();
    for await (const item of stream) {
      if (item.kind === 'event') found.add(item.event.id);
      if (found.size === events.length) stop.abort();
    }
    expect(found.size).toBe(events.length);
  });
});
