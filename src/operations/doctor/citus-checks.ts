import { bytesText, type Check, checksOf, type Fault } from './check.js';
import type { CitusServer, ClusterFacts } from './citus-facts.js';
import { mergeChecks } from './merge-checks.js';
import { checkPostgres } from './postgres-checks.js';

const check = checksOf('postgres');
const gigabyte = 2 ** 30;

/** Checks the coordinator and the nodes of a Citus cluster. Pure. */
export function checkCluster(cluster: ClusterFacts): Check[] {
  const { servers } = cluster;
  return [
    ...mergeChecks(
      servers.map((server, at) => ({
        name: server.name,
        checks: [
          ...checkPostgres(server.facts),
          checkDisk(server),
          // The coordinator's connections to nodes are Citus' own; those to the coordinator are Runfold's.
          checkSettings(at === 0 ? [] : server.other_settings),
        ],
      })),
    ),
    checkNodes(cluster),
    checkVersions(servers),
    checkCopies(cluster),
  ];
}

function checkDisk({ free_bytes: free, total_bytes: total }: CitusServer): Check {
  const what = `${bytesText(free)} of ${bytesText(total)}`;
  if (free >= 10 * gigabyte || free > total / 5) return check('free_disk', what);
  return check('free_disk', what, {
    level: free < gigabyte ? 'problem' : 'advice',
    why: 'When the disk of a node is full, its stripes wait in the queue. A move of a stripe and a rebuild need space too.',
    fix: 'Give it a larger disk, or add a node and spread the stripes: runfold shards rebalance',
  });
}

function checkSettings(others: readonly string[]): Check {
  if (others.length === 0) return check('node_settings', 'as expected');
  return check('node_settings', others.join(', '), {
    level: 'problem',
    why: 'They change what statements mean. Citus sends queries over its own connections, where Runfold cannot set them.',
    fix: 'On that node, as a superuser: alter system reset <name>; select pg_reload_conf();  (or alter database, alter role)',
  });
}

function checkNodes({ nodes }: ClusterFacts): Check {
  const away = nodes.filter(({ away }) => away !== undefined);
  const inactive = nodes.filter(({ is_active }) => !is_active);
  const unsynced = nodes.filter(({ is_active, is_synced }) => is_active && !is_synced);
  const list = (some: readonly { readonly name: string }[]) =>
    some.map(({ name }) => name).join(', ');
  if (away.length > 0) {
    return check('nodes', away.map(({ name, away }) => `${name}: ${away}`).join('; '), {
      level: 'problem',
      why: 'The stripes of a node that is away wait in the queue, and queries over all sessions fail.',
      fix: `Start it, and let this machine reach it under this address with the role and password of DATABASE_URL.`,
    });
  }
  if (inactive.length > 0) {
    return check('nodes', `not active: ${list(inactive)}`, {
      level: 'problem',
      why: 'Citus does not use such a node.',
      fix: 'select citus_activate_node(<host>, <port>);',
    });
  }
  if (unsynced.length > 0) {
    return check('nodes', `do not know where the shards are: ${list(unsynced)}`, {
      level: 'problem',
      why: 'A writer asks the node whether a stripe is still there. Without an answer its events wait.',
      fix: 'select start_metadata_sync_to_node(<host>, <port>);',
    });
  }
  return check('nodes', nodes.length === 1 ? '1, reachable' : `${nodes.length}, each reachable`);
}

function checkVersions(servers: readonly CitusServer[]): Check {
  const versions = servers.map(({ facts, citus_version }) => ({
    of: `${facts.major} ${citus_version}`,
    what: `Postgres ${facts.version} with Citus ${citus_version}`,
  }));
  const isSame = versions.every(({ of }) => of === versions[0]?.of);
  if (isSame) return check('node_versions', versions[0]?.what ?? '');
  const what = versions.map((version, at) => `${servers[at]?.name}: ${version.what}`).join('; ');
  return check('node_versions', what, differs);
}

const differs: Fault = {
  level: 'problem',
  why: 'Citus expects one version on all servers: statements that it sends to a node may fail or mean something else there.',
  fix: 'Upgrade the older ones, then on each: alter extension citus update;',
};

function checkCopies({ copied_shards: copied }: ClusterFacts): Check {
  if (copied === 0) return check('copies', 'one of each shard');
  return check('copies', `${copied} shards without exactly one`, {
    level: 'problem',
    why: 'Runfold writes one copy of a shard. Citus reads another one, which lacks its events.',
    fix: 'Drop the other copies, and give each node a standby instead.',
  });
}
