import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { openEmbeddedStore } from '#runfold/embedded/embedded-store.js';
import { openDatabase } from '#runfold/postgres/database.js';
import { verify } from '#runfold/projections/audit/verify.js';
import { openRunfold } from '#runfold/runfold.js';
import { openSmallDisk, type SmallDisk } from '../../harness/small-disk.js';

const root = await mkdtemp(join(tmpdir(), 'rf-disk-'));
const found = openSmallDisk(join(root, 'disk'), { mb: 192 });
const log = pino({ level: 'silent' });

describe.skipIf(typeof found === 'string')('an embedded store on a disk that fills up', () => {
  const disk = found as SmallDisk;
  let stores = 0;
  let dir: string;
  beforeEach(() => {
    disk.free();
    dir = join(disk.folder, `store-${++stores}`);
  });
  afterAll(async () => {
    disk.close();
    await rm(root, { recursive: true, force: true });
  });

  test('says so, and has what it acknowledged', async () => {
    const runfold = await openRunfold({ dir, log });
    const { producer } = runfold;
    const emit = (count: number) => {
      for (let i = 0; i < count; i++) producer.message({ run_id: `run-${i}`, role: 'user' });
    };
    emit(100);
    await producer.flush();
    disk.fill();
    emit(50_000);
    const unavailable = expect.objectContaining({ code: 'queue_unavailable' });
    const error = await producer.flush({ timeout_ms: 5_000 }).catch((reason: Error) => reason);
    expect(error).toEqual(unavailable);
    expect((error as Error).message).not.toContain('no response');
    await expect(runfold.close({ timeout_ms: 1_000 })).rejects.toEqual(unavailable);

    // There is room for the owner's record, and none for the log of Postgres.
    for (const room of [0, 64 * 1024]) {
      disk.free();
      disk.fill(room);
      await expect(openRunfold({ dir, log })).rejects.toMatchObject({
        code: 'embedded_store_not_writable',
        message: expect.stringMatching(/is on a full disk: ENOSPC\. Free some space/),
      });
    }
    disk.free();
    const again = await openRunfold({ dir, log });
    const audit = await verify(again.database);
    expect(audit.equal).toBe(true);
    expect(audit.events).toBeGreaterThanOrEqual(100);
    await again.close();
  });

  test('stops when its own log has no room, instead of running forever', async () => {
    const store = await openEmbeddedStore({ dir });
    const database = openDatabase(store.connection);
    disk.fill();
    let isOpen = true;
    const write = `select pg_logical_emit_message(true, 'x', repeat('x', 1000000))`;
    while (isOpen) await database.query(write).catch(() => (isOpen = false));
    expect(await store.exited).toMatchObject({
      code: 'embedded_store_stopped',
      message: expect.stringMatching(/stopped: PANIC: .*No space left on device\. Open it again/),
    });
    await database.close();
    await store.close();
  });
});
