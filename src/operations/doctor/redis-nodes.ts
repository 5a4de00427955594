import { toRedisAddress } from '../../environment/redis-url.js';
import type { RedisNode } from '../../queue/redis-facts.js';
import { type Check, checksOf, type Fault } from './check.js';
import { checkRedis, type RedisPlace } from './redis-checks.js';

const check = checksOf('redis');
const order = ['ok', 'unknown', 'advice', 'problem'] as const;

/** Looks at the settings of each Redis that takes jobs: one, or the masters of a cluster. Pure. */
export function checkRedisNodes(nodes: readonly RedisNode[], where: RedisPlace): Check[] {
  const { kind } = toRedisAddress(where.url);
  const found = nodes.map(({ name, facts }) => ({ name, checks: checkRedis(facts, where) }));
  const merged = (found[0]?.checks ?? []).map((first) =>
    mergeChecks(
      found.flatMap(({ name, checks }) => {
        const same = checks.find((one) => one.check === first.check);
        return same === undefined ? [] : [{ name, check: same }];
      }),
      first,
    ),
  );
  return kind === 'single' ? merged : [...merged, checkReplicas(nodes, kind)];
}

/** Combines the same check of several servers: the worst result, with the servers that have it. */
function mergeChecks(
  found: readonly { readonly name: string; readonly check: Check }[],
  first: Check,
): Check {
  const worst = found.reduce(
    (most, { check: one }) => (order.indexOf(one.level) > order.indexOf(most.level) ? one : most),
    first,
  );
  if (found.length < 2) return worst;
  const same = found.every(({ check: one }) => one.what === first.what);
  if (same) return worst;
  const those = found.filter(({ check: one }) => one.level === worst.level);
  return { ...worst, what: those.map(({ name, check: one }) => `${name}: ${one.what}`).join('; ') };
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
  const names = bare.map(({ name }) => name).join(', ');
  return check('replicas', `${masters}, without a replica: ${names}`, fault);
}
