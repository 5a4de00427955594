import type { Route } from '../route/route.js';
import { healthRoutes } from './health.js';
import { ingestRoute } from './ingest.js';
import { keyRoutes } from './keys.js';
import { logRoutes } from './log.js';
import { referenceRoutes } from './reference.js';
import { runRoutes } from './runs.js';
import { sessionRoutes } from './sessions.js';
import { tailRoute } from './tail.js';
import { usageRoute } from './usage.js';

/** Every operation of the API, in the order of the reference. */
export const routes: readonly Route[] = [
  ingestRoute,
  tailRoute,
  ...runRoutes,
  ...sessionRoutes,
  ...logRoutes,
  usageRoute,
  ...keyRoutes,
  ...healthRoutes,
  ...referenceRoutes,
];
