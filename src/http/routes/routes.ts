import type { Route } from '../route/route.js';
import { alertRoutes } from './alerts.js';
import { auditRoutes } from './audits.js';
import { budgetRoutes } from './budgets.js';
import { channelRoutes } from './channels.js';
import { correctionRoutes } from './corrections.js';
import { findRoute } from './find.js';
import { healthRoutes } from './health.js';
import { ingestRoute } from './ingest.js';
import { keyRoutes } from './keys.js';
import { labelRoutes } from './labels.js';
import { logRoutes } from './log.js';
import { otlpRoutes } from './otlp.js';
import { priceRoutes } from './prices.js';
import { projectRoutes } from './projects.js';
import { rebuildRoutes } from './rebuilds.js';
import { referenceRoutes } from './reference.js';
import { rejectRoutes } from './rejects.js';
import { repriceRoutes } from './reprices.js';
import { runRoutes } from './runs.js';
import { sessionRoutes } from './sessions.js';
import { signInRoutes } from './sign-in.js';
import { statusRoute } from './status.js';
import { tailRoute } from './tail.js';
import { usageRoute } from './usage.js';
import { waitingRoute } from './waiting.js';

/** Every operation of the API, in the order of the reference. */
export const routes: readonly Route[] = [
  ingestRoute,
  tailRoute,
  ...runRoutes,
  ...sessionRoutes,
  ...logRoutes,
  usageRoute,
  ...labelRoutes,
  findRoute,
  ...budgetRoutes,
  ...alertRoutes,
  ...channelRoutes,
  ...correctionRoutes,
  ...priceRoutes,
  ...repriceRoutes,
  ...auditRoutes,
  ...rejectRoutes,
  statusRoute,
  ...otlpRoutes,
  waitingRoute,
  ...keyRoutes,
  ...signInRoutes,
  ...projectRoutes,
  ...rebuildRoutes,
  ...healthRoutes,
  ...referenceRoutes,
];
