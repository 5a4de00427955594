import { describe, expect, test } from 'vitest';
import { toRedisAddress } from '#runfold/environment/redis-url.js';
import type { Check } from '#runfold/operations/doctor/check.js';
import { checkCluster } from '#runfold/operations/doctor/citus-checks.js';
import type {
  CitusNode,
  CitusServer,
  ClusterFacts,
} from '#runfold/operations/doctor/citus-facts.js';
import { checkMachine } from '#runfold/operations/doctor/machine-checks.js';
import { checkPostgres } from '#runfold/operations/doctor/postgres-checks.js';
import type { PostgresFacts } from '#runfold/operations/doctor/postgres-facts.js';
import { checkRedis } from '#runfold/operations/doctor/redis-checks.js';
import { checkRedisNodes } from '#runfold/operations/doctor/redis-nodes.js';

/** The checks that do not pass: name, level, and the advice. */
const faults = (checks: readonly Check[]) =>
  checks
    .filter(({ level }) => level !== 'ok')
    .map(({ check, level, why, fix }) => {
      expect(why).toBeTruthy();
      return [check, level, fix];
    });

const good = {
  autovacuum: 'on',
  fsync: 'on',
  full_page_writes: 'on',
  max_connections: '200',
  max_wal_size: String(4 * 2 ** 30),
  shared_buffers: String(512 * 2 ** 20),
  statement_timeout: '0',
  superuser_reserved_connections: '3',
  synchronous_commit: 'on',
  array_nulls: 'on',
  default_transaction_isolation: 'read committed',
  track_counts: 'on',
  transaction_read_only: 'off',
  work_mem: String(16 * 2 ** 20),
};

function postgres(
  changed: Readonly<Record<string, string>> = {},
  more: Partial<PostgresFacts> = {},
  source = 'configuration file',
): PostgresFacts {
  const settings = Object.entries({ ...good, ...changed }).map(
    ([name, value]) => [name, { value, source: name in changed ? source : 'default' }] as const,
  );
  return {
    version: '17.2',
    major: 17,
    settings: new Map(settings),
    database: 'runfold',
    user: 'Anna',
    is_standby: false,
    used_connections: 10,
    database_bytes: 2 ** 30,
    is_encrypted: true,
    is_local: false,
    knows_zones: true,
    clock_offset_ms: 20,
    round_trip_ms: 2,
    ...more,
  };
}

describe('the checks of Postgres', () => {
  test('find nothing in a server that is set up well', () => {
    expect(faults(checkPostgres(postgres()))).toEqual([]);
  });

  const set = (name: string, value: string) =>
    `alter system set ${name} = ${value}; select pg_reload_conf();`;
  test.each([
    ['synchronous_commit', 'off', 'problem', set('synchronous_commit', 'on')],
    ['fsync', 'off', 'problem', set('fsync', 'on')],
    ['full_page_writes', 'off', 'problem', set('full_page_writes', 'on')],
    ['autovacuum', 'off', 'problem', set('autovacuum', 'on')],
    ['track_counts', 'off', 'problem', set('track_counts', 'on')],
    ['array_nulls', 'off', 'problem', set('array_nulls', 'on')],
    [
      'default_transaction_isolation',
      'serializable',
      'problem',
      set('default_transaction_isolation', "'read committed'"),
    ],
    ['shared_buffers', String(32 * 2 ** 20), 'advice', set('shared_buffers', "'512MB'")],
    ['work_mem', String(2 ** 20), 'advice', set('work_mem', "'16MB'")],
    ['max_wal_size', String(64 * 2 ** 20), 'advice', set('max_wal_size', "'4GB'")],
    ['statement_timeout', '500', 'advice', set('statement_timeout', "'60s'")],
  ])('say what %s = %s costs, and the line that changes it', (name, value, level, fix) => {
    expect(faults(checkPostgres(postgres({ [name]: value })))).toEqual([[name, level, fix]]);
  });

  test('name the place where a setting was changed', () => {
    const fixOf = (source: string) =>
      faults(checkPostgres(postgres({ synchronous_commit: 'off' }, {}, source)))[0]?.[2];
    expect(fixOf('database')).toBe('alter database runfold reset synchronous_commit;');
    expect(fixOf('user')).toBe('alter role "Anna" reset synchronous_commit;');
    expect(fixOf('database user')).toBe(
      'alter role "Anna" in database runfold reset synchronous_commit;',
    );
    expect(fixOf('client')).toContain('PGOPTIONS');
  });

  test.each([
    ['version', { major: 14, version: '14.9' }, 'problem'],
    ['role', { is_standby: true }, 'problem'],
    ['max_connections', { used_connections: 180 }, 'advice'],
    ['max_connections', { used_connections: 195 }, 'problem'],
    ['time_zones', { knows_zones: false }, 'problem'],
    ['clock', { clock_offset_ms: -3_000 }, 'advice'],
    ['clock', { clock_offset_ms: 90_000 }, 'problem'],
    ['encryption', { is_encrypted: false }, 'advice'],
  ] as const)('look at the %s: %j', (check, facts, level) => {
    expect(faults(checkPostgres(postgres({}, facts)))).toEqual([
      [check, level, expect.any(String)],
    ]);
  });

  test('take a slow answer for no difference of clocks', () => {
    const facts = { clock_offset_ms: 2_500, round_trip_ms: 3_000 };
    expect(faults(checkPostgres(postgres({}, facts)))).toEqual([]);
  });
});

describe('the checks of a Citus cluster', () => {
  const server = (name: string, more: Partial<CitusServer> = {}): CitusServer => ({
    name,
    facts: postgres(),
    citus_version: '13.2.2',
    free_bytes: 50 * 2 ** 30,
    total_bytes: 100 * 2 ** 30,
    other_settings: [],
    ...more,
  });
  const node = (name: string, more: Partial<CitusNode> = {}): CitusNode => ({
    name,
    is_active: true,
    is_synced: true,
    ...more,
  });
  const cluster = (more: Partial<ClusterFacts> = {}): ClusterFacts => ({
    nodes: [node('a:5432'), node('b:5432')],
    servers: [server('the coordinator'), server('a:5432'), server('b:5432')],
    copied_shards: 0,
    ...more,
  });
  const second = (more: Partial<CitusServer>) => ({
    servers: [server('the coordinator'), server('a:5432'), server('b:5432', more)],
  });

  test('find nothing in one that is set up well', () => {
    const checks = checkCluster(cluster());
    expect(faults(checks)).toEqual([]);
    const what = (name: string) => checks.find(({ check }) => check === name)?.what;
    expect(what('nodes')).toBe('2, each reachable');
    expect(what('node_versions')).toBe('Postgres 17.2 with Citus 13.2.2');
  });

  test.each<[string, Partial<ClusterFacts>, string, string]>([
    [
      'synchronous_commit',
      second({ facts: postgres({ synchronous_commit: 'off' }) }),
      'problem',
      'b:5432: off',
    ],
    [
      'node_settings',
      second({ other_settings: ['array_nulls = off'] }),
      'problem',
      'b:5432: array_nulls = off',
    ],
    ['free_disk', second({ free_bytes: 5 * 2 ** 30 }), 'advice', 'b:5432: 5.0 GB of 100 GB'],
    ['free_disk', second({ free_bytes: 2 ** 29 }), 'problem', 'b:5432: 512 MB of 100 GB'],
    [
      'nodes',
      { nodes: [node('a:5432', { away: 'refused' }), node('b:5432')] },
      'problem',
      'a:5432: refused',
    ],
    ['nodes', { nodes: [node('a:5432', { is_active: false })] }, 'problem', 'not active: a:5432'],
    [
      'nodes',
      { nodes: [node('a:5432', { is_synced: false })] },
      'problem',
      'do not know where the shards are: a:5432',
    ],
    ['copies', { copied_shards: 3 }, 'problem', '3 shards without exactly one'],
  ])('look at %s of each server: %j', (name, facts, level, what) => {
    const checks = checkCluster(cluster(facts));
    expect(faults(checks)).toEqual([[name, level, expect.any(String)]]);
    expect(checks.find(({ check }) => check === name)?.what).toBe(what);
  });

  test('compare the versions of the servers, but not the last number of Postgres', () => {
    expect(
      faults(checkCluster(cluster(second({ facts: postgres({}, { version: '17.1' }) })))),
    ).toEqual([]);
    const checks = checkCluster(cluster(second({ citus_version: '13.1.0' })));
    expect(faults(checks)).toEqual([['node_versions', 'problem', expect.any(String)]]);
    expect(checks.find(({ check }) => check === 'node_versions')?.what).toContain(
      'b:5432: Postgres 17.2 with Citus 13.1.0',
    );
  });
});

describe('the checks of Redis', () => {
  const facts = {
    info: new Map([
      ['redis_version', '7.2.1'],
      ['role', 'master'],
      ['maxmemory', '1000000'],
      ['used_memory', '500000'],
      ['maxmemory_policy', 'noeviction'],
      ['aof_enabled', '1'],
      ['aof_last_write_status', 'ok'],
      ['rdb_last_bgsave_status', 'ok'],
      ['cluster_enabled', '0'],
    ]),
    appendfsync: 'always',
    refused: [],
    clock_offset_ms: 0,
    round_trip_ms: 1,
  };
  const where = { url: 'rediss://queue.example:6379', prefix: 'runfold' };
  const withInfo = (name: string, value: string) => ({
    ...facts,
    info: new Map([...facts.info, [name, value]]),
  });

  test('find nothing in a server that is set up well', () => {
    expect(faults(checkRedis(facts, where))).toEqual([]);
  });

  test.each([
    ['version', 'redis_version', '6.0.16', 'problem'],
    ['role', 'role', 'slave', 'problem'],
    ['cluster', 'cluster_enabled', '1', 'problem'],
    ['maxmemory-policy', 'maxmemory_policy', 'allkeys-lru', 'problem'],
    ['memory', 'used_memory', '900000', 'advice'],
    ['last_write', 'rdb_last_bgsave_status', 'err', 'problem'],
  ])('look at the %s: %s = %s', (check, name, value, level) => {
    expect(faults(checkRedis(withInfo(name, value), where))).toEqual([
      [check, level, expect.any(String)],
    ]);
  });

  test.each([
    ['appendonly', withInfo('aof_enabled', '0'), 'problem', 'appendonly yes'],
    ['appendfsync', { ...facts, appendfsync: 'everysec' }, 'advice', 'appendfsync always'],
    ['appendfsync', { ...facts, appendfsync: undefined }, 'unknown', 'management'],
    ['info', { ...facts, info: undefined }, 'problem', '+info'],
    ['rights', { ...facts, refused: ['xadd'] }, 'problem', 'ACL SETUSER <user> reset'],
    ['rights', { ...facts, refused: ['client|list'] }, 'advice', '+client|list'],
    ['clock', { ...facts, clock_offset_ms: 120_000 }, 'problem', 'timedatectl'],
  ])('look at %s', (check, found, level, fix) => {
    expect(faults(checkRedis(found, where))).toEqual([
      [check, level, expect.stringContaining(fix)],
    ]);
  });

  test.each([
    ['redis://a:1?cluster=true', '1 master, without a replica: a:1'],
    ['redis://a:1,b:2?sentinel=m', '1 master, without a replica'],
  ])('name a master that has no replica, of %s', (url, what) => {
    const alone = { ...facts, info: new Map([...(facts.info ?? []), ['connected_slaves', '0']]) };
    const found = checkRedisNodes([{ name: toRedisAddress(url).shown, facts: alone }], {
      url,
      prefix: 'runfold',
    });
    expect(found.find(({ check }) => check === 'replicas')?.what).toBe(what);
  });

  test('want TLS beyond this machine alone', () => {
    const levels = (url: string) => faults(checkRedis(facts, { url, prefix: 'runfold' }));
    expect(levels('redis://queue.example')).toEqual([['encryption', 'advice', expect.anything()]]);
    expect(levels('redis://127.0.0.1:6379')).toEqual([]);
  });
});

describe('the checks of a machine', () => {
  const facts = {
    node_version: '22.1.0',
    memory_bytes: 2 ** 32,
    folder: { path: '/var/lib/runfold', free_bytes: 2 ** 34, mode: 0o700 },
  };

  test('find nothing in one with room', () => {
    expect(faults(checkMachine(facts))).toEqual([]);
    expect(faults(checkMachine({ ...facts, folder: undefined }))).toEqual([]);
  });

  test.each([
    ['node', { node_version: '20.18.0' }, 'problem'],
    ['memory', { memory_bytes: 2 ** 28 }, 'advice'],
    ['free_disk', { folder: { ...facts.folder, free_bytes: 2 ** 29 } }, 'advice'],
    ['free_disk', { folder: { ...facts.folder, free_bytes: 2 ** 20 } }, 'problem'],
    ['folder_mode', { folder: { ...facts.folder, mode: 0o755 } }, 'problem'],
  ] as const)('look at %s: %j', (check, changed, level) => {
    expect(faults(checkMachine({ ...facts, ...changed }))).toEqual([
      [check, level, expect.any(String)],
    ]);
  });
});
