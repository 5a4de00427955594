import type { Scenario } from '../round/plan.js';
import { clock } from './clock.js';
import { connections } from './connections.js';
import { disorder } from './disorder.js';
import { duplicates } from './duplicates.js';
import { everything } from './everything.js';
import { fullDisk } from './full-disk.js';
import { limitsKill } from './limits-kill.js';
import { otlpKill } from './otlp-kill.js';
import { poison } from './poison.js';
import { postgresKill } from './postgres-kill.js';
import { producerKill } from './producer-kill.js';
import { queuesChange } from './queues-change.js';
import { redisEverysec } from './redis-everysec.js';
import { redisFailover } from './redis-failover.js';
import { redisKill } from './redis-kill.js';
import { restarts } from './restarts.js';
import { sentinelFailover } from './sentinel-failover.js';
import { watchKill } from './watch-kill.js';
import { workerKill } from './worker-kill.js';
import { workerStop } from './worker-stop.js';
import { workersComeAndGo } from './workers-come-and-go.js';

/** Every kind of round, in the order in which they run. */
export const scenarios: readonly Scenario[] = [
  workerKill,
  producerKill,
  redisKill,
  redisEverysec,
  redisFailover,
  sentinelFailover,
  queuesChange,
  postgresKill,
  workerStop,
  workersComeAndGo,
  restarts,
  connections,
  duplicates,
  disorder,
  poison,
  clock,
  otlpKill,
  watchKill,
  limitsKill,
  fullDisk,
  everything,
];
