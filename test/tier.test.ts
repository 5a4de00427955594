import { mkdtemp, rename, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type EmbeddedStore, openEmbeddedStore } from '#runfold/embedded/embedded-store.js';
import { openTier } from '#runfold/tier.js';

/** A store in a fresh folder, with `serve` between its socket and its clients. */
async function openGuardedStore(
  serve: (client: Socket, socket: string, count: number) => void,
): Promise<{ dir: string; store: EmbeddedStore; guard: Server }> {
  const parent = await mkdtemp(join(tmpdir(), 'runfold-tier-'));
  const dir = join(parent, 'store');
  const store = await openEmbeddedStore({ dir });
  const socket = join(store.connection.host, `.s.PGSQL.${store.connection.port}`);
  await rename(socket, `${socket}.aside`);
  let count = 0;
  const guard = createServer((client) => {
    client.on('error', () => undefined);
    count += 1;
    serve(client, `${socket}.aside`, count);
  });
  await new Promise<void>((resolve) => guard.listen(socket, resolve));
  onTestFinished(async () => {
    guard.close();
    await store.close();
    await rm(parent, { recursive: true, force: true });
  });
  return { dir, store, guard };
}

describe('a guest of an embedded store whose owner is only starting', () => {
  test('waits until it answers', async () => {
    // The first connection only checks whether somebody listens. The second is real.
    const turnedAway = 3;
    let seen = 0;
    const { dir } = await openGuardedStore((client, socket, count) => {
      seen = count;
      if (count <= turnedAway) return client.destroy();
      const through = connect(socket);
      client.pipe(through).pipe(client);
    });
    const tier = await openTier({ dir });
    expect(tier.is_owner).toBe(false);
    expect(seen).toBeGreaterThan(turnedAway);
    expect(await tier.database.query('select 1 as one')).toEqual([{ one: 1 }]);
    await tier.close();
  });

  test('serves the store itself when the owner ends instead', async () => {
    const { dir, store, guard } = await openGuardedStore((client, _socket, count) => {
      client.destroy();
      if (count !== 2) return;
      guard.close();
      void store.close();
    });
    const tier = await openTier({ dir });
    expect(tier.is_owner).toBe(true);
    await tier.close();
  });
});

describe('an embedded store that a newer version of Runfold has migrated', () => {
  test('is refused, by whoever would serve it and by a guest', async () => {
    const parent = await mkdtemp(join(tmpdir(), 'runfold-tier-'));
    onTestFinished(() => rm(parent, { recursive: true, force: true }));
    const dir = join(parent, 'store');
    const owner = await openTier({ dir });
    await owner.database.query(
      `insert into runfold_migrations.migration (hash, created_at) values ('newer', 9999999999999)`,
    );
    const refused = {
      code: 'migrations_newer',
      message: expect.stringMatching(/^A newer version of Runfold migrated .* Upgrade this one\.$/),
    };
    await expect(openTier({ dir })).rejects.toMatchObject(refused);
    await owner.close();
    await expect(openTier({ dir })).rejects.toMatchObject(refused);
    // The folder is free again for the newer version.
    const store = await openEmbeddedStore({ dir });
    await store.close();
  });
});

test.each([
  [{ database_url: '' }, 'database_url: expected a URL such as postgres://'],
  [{ database_url: 'my secret' }, 'database_url: expected a URL such as postgres://'],
  [{ database_url: 'postgres://u:12/w@host/db' }, 'are written %2F'],
  [{ database_url: 'postgres://host/db', redis_url: 'host:6379' }, 'redis_url: expected '],
  // Otherwise the events would silently go to an embedded store.
  [{ redis_url: 'redis://host' }, 'database_url: not set, but redis_url needs it'],
])('servers that a program passes are refused with their option: %j', async (options, says) => {
  const error: Error = await openTier(options).catch((refused) => refused);
  expect(error).toMatchObject({
    code: 'invalid_config',
    message: expect.stringContaining(says),
  });
  expect(error.message).not.toMatch(/secret|12\/w/);
});
