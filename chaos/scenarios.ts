import type { Scenario } from './plan.js';
import { clock } from './scenarios/clock.js';
import { connections } from './scenarios/connections.js';
import { disorder } from './scenarios/disorder.js';
import { duplicates } from './scenarios/duplicates.js';
import { everything } from './scenarios/everything.js';
import { fullDisk } from './scenarios/full-disk.js';
import { otlpKill } from './scenarios/otlp-kill.js';
import { poison } from './scenarios/poison.js';
import { postgresKill } from './scenarios/postgres-kill.js';
import { producerKill } from './scenarios/producer-kill.js';
import { redisEverysec } from './scenarios/redis-everysec.js';
import { redisKill } from './scenarios/redis-kill.js';
import { restarts } from './scenarios/restarts.js';
import { watchKill } from './scenarios/watch-kill.js';
import { workerKill } from './scenarios/worker-kill.js';
import { workerStop } from './scenarios/worker-stop.js';

/** Every kind of round, in the order in which they are played. */
export const scenarios: readonly Scenario[] = [
  workerKill,
  producerKill,
  redisKill,
  redisEverysec,
  postgresKill,
  workerStop,
  restarts,
  connections,
  duplicates,
  disorder,
  poison,
  clock,
  otlpKill,
  watchKill,
  fullDisk,
  everything,
];
