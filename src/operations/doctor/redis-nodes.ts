import { toRedisAddress } from '../../environment/redis-url.js';
import type { RedisNode } from '../../queue/redis-facts.js';
import { type Check, checksOf, type Fault } from './check.js';
import { mergeChecks } from './merge-checks.js';
import { checkRedis, type RedisPlace } from './redis-checks.js';

const check = checksOf('redis');

/** Looks at the settings of each Redis that takes jobs: one, or the masters of a cluster. Pure. */
export function checkRedisNodes(nodes: readonly RedisNode[], where: RedisPlace): Check[] {
  const { kind } = toRedisAddress(where.url);
  const merged = mergeChecks(
    nodes.map(({ name, facts }) => ({ name, checks: checkRedis(facts, where) })),
  );
  return kind === 'single' ? merged : [...merged, checkReplicas(nodes, kind)];
}

function checkReplicas(nodes: readonly RedisNode[], kind: 'cluster' | 'sentinel'): Check {
  const bare = nodes.filter(({ facts }) => facts.info?.get('connected_slaves') === '0');
  const masters = nodes.length === 1 ? '1 master' : `${nodes.length} masters`;
  if (bare.length === 0) return check('replicas', `${masters}, each with a replica`);
  const fault: Fault = {
    level: 'advice',
    why: 'No other server can replace it when it dies: its queues wait until it is back.',
    fix:
      kind === 'cluster'
        ? 'redis-cli --cluster add-node <new host:port> <host:port> --cluster-slave'
        : 'redis-cli -h <another host> replicaof <host> <port>',
  };
  // The one master behind sentinels is known by the addresses of the sentinels.
  const names = kind === 'cluster' ? `: ${bare.map(({ name }) => name).join(', ')}` : '';
  return check('replicas', `${masters}, without a replica${names}`, fault);
}
