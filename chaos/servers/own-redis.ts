import { readdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { createOwnServer, type OwnServer } from '../../harness/own-server.js';
import { withRedis } from '../../harness/redis-server.js';
import { findBinaries, freePort } from '../../harness/server-binary.js';

/** When Redis syncs its append-only file to the disk. */
export type AppendFsync = 'always' | 'everysec';

/** The folder of `redis-server`; undefined if it is not installed. */
export const redisBinaries = () => findBinaries(['redis-server']);

/** The harness's own Redis with an append-only file. */
export interface OwnRedis extends OwnServer {
  readonly url: string;
  version(): Promise<string>;
  /** Used by later starts. */
  setAppendFsync(value: AppendFsync): void;
  /** The current size of the append-only file, in bytes. */
  appendOnlyBytes(): number;
  /** Truncates the file to a size, as a power cut does with data that was not on the disk yet. */
  truncate(bytes: number): void;
}

export async function createOwnRedis(binaries: string, folder: string): Promise<OwnRedis> {
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  let appendfsync: AppendFsync = 'always';
  const server = createOwnServer({
    name: 'Redis',
    command: join(binaries, 'redis-server'),
    folder,
    args: () =>
      Object.entries({
        port: String(port),
        bind: '127.0.0.1',
        dir: folder,
        save: '',
        appendonly: 'yes',
        appendfsync,
        // The growing part stays one file, because the harness truncates it.
        'auto-aof-rewrite-percentage': '0',
        'aof-load-truncated': 'yes',
        'maxmemory-policy': 'noeviction',
      }).flatMap(([name, value]) => [`--${name}`, value]),
    stopSignal: 'SIGTERM',
    reach: () => withRedis(url, (redis) => redis.ping()),
  });
  return {
    ...server,
    url,
    version: () =>
      withRedis(url, async (redis) =>
        String(/^redis_version:(\S+)/m.exec(await redis.info('server'))?.[1]),
      ),
    setAppendFsync(value) {
      appendfsync = value;
    },
    appendOnlyBytes: () => statSync(growingFile(folder)).size,
    truncate: (bytes) => truncateSync(growingFile(folder), bytes),
  };
}

/** Redis 7 has the growing part in a folder, Redis 6 in one file. */
function growingFile(folder: string): string {
  const parts = join(folder, 'appendonlydir');
  const names = readdirSync(folder).includes('appendonlydir') ? readdirSync(parts) : [];
  const last = names
    .filter((name) => name.endsWith('.incr.aof'))
    .sort()
    .at(-1);
  return last === undefined ? join(folder, 'appendonly.aof') : join(parts, last);
}
