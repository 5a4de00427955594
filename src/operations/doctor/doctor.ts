import type { Database } from '../../postgres/database.js';
import { isSpread } from '../../queue/queue-spread.js';
import type { QueueTarget } from '../../queue/queue-target.js';
import { readRedisFacts } from '../../queue/redis-facts.js';
import { explainDatabaseError } from '../../store/store-errors.js';
import type { TierName } from '../../tier.js';
import { type Check, checksOf } from './check.js';
import { checkCluster } from './citus-checks.js';
import { readClusterFacts } from './citus-facts.js';
import { checkMachine, readMachineFacts } from './machine-checks.js';
import { checkPostgres } from './postgres-checks.js';
import { readPostgresFacts } from './postgres-facts.js';
import { checkRedisNodes } from './redis-nodes.js';
import { checkStore } from './store-checks.js';

/** What the checks read. */
export interface DoctorSources {
  readonly tier: TierName;
  readonly version: string;
  readonly database: Database;
  readonly queue: QueueTarget;
  /** The folder of an embedded store. */
  readonly dir: string;
}

/** The results of all checks. */
export interface Diagnosis {
  /** Whether no check found a problem. */
  readonly healthy: boolean;
  readonly checks: readonly Check[];
}

/** Checks servers, settings, rights and this machine. An unavailable server is a problem, not an error. */
export async function diagnose(sources: DoctorSources): Promise<Diagnosis> {
  const { tier, database, queue, dir, version } = sources;
  const isEmbedded = tier === 'embedded';
  const has_queue = queue.kind === 'postgres';
  const [store, redis, machine] = await Promise.all([
    orAway('postgres', 'DATABASE_URL', async () => [
      ...(isEmbedded ? [] : await checkServers(database)),
      ...(await checkStore(database, { has_queue })),
    ]),
    queue.kind === 'redis' ? checkQueueOn(queue) : [],
    readMachineFacts(isEmbedded ? dir : undefined).then(checkMachine),
  ]);
  const checks = [checksOf('runfold')('version', version), ...store, ...redis, ...machine];
  return { healthy: checks.every(({ level }) => level !== 'problem'), checks };
}

async function checkServers(database: Database): Promise<Check[]> {
  const facts = await readPostgresFacts(database);
  const cluster = await readClusterFacts(database, facts);
  return cluster === undefined ? checkPostgres(facts) : checkCluster(cluster);
}

function checkQueueOn(queue: Extract<QueueTarget, { kind: 'redis' }>): Promise<Check[]> {
  const prefix = queue.prefix ?? 'runfold';
  return orAway('redis', 'REDIS_URL', async () =>
    checkRedisNodes(await readRedisFacts(queue.url, prefix), {
      url: queue.url,
      prefix,
      is_spread: isSpread(queue),
    }),
  );
}

/** The checks of a server, or one that says that it does not respond. */
async function orAway(
  area: 'postgres' | 'redis',
  variable: string,
  look: () => Promise<Check[]>,
): Promise<Check[]> {
  try {
    return await look();
  } catch (error) {
    const explained = explainDatabaseError(error);
    const what = explained instanceof Error ? explained.message : String(explained);
    return [
      checksOf(area)('connection', what, {
        level: 'problem',
        why: 'Nothing else could be checked on it.',
        fix: `Start the server, or correct ${variable}.`,
      }),
    ];
  }
}
