import {
  labelUsageDayProjection,
  labelUsageHourProjection,
  labelUsageProjection,
} from './label-usage.js';
import type { Projection } from './language/projection.js';
import { latencyDayProjection, latencyHourProjection, latencyProjection } from './latency.js';
import { modelUsageHourProjection, modelUsageProjection } from './model-usage.js';
import { runProjection } from './run.js';
import { runLabelProjection } from './run-label.js';
import { runUsageHourProjection, runUsageProjection } from './run-usage.js';
import { sessionProjection } from './session.js';
import { sessionUserProjection } from './session-user.js';
import {
  agentToolHourProjection,
  toolUsageHourProjection,
  toolUsageProjection,
} from './tool-usage.js';
import {
  agentUsageHourProjection,
  userUsageDayProjection,
  userUsageMonthProjection,
  userUsageProjection,
} from './user-usage.js';

/** Every projection, finer ones before those that fold them. A new one is added here. */
export const projections: readonly Projection[] = [
  runProjection,
  sessionProjection,
  userUsageProjection,
  userUsageDayProjection,
  userUsageMonthProjection,
  agentUsageHourProjection,
  modelUsageProjection,
  modelUsageHourProjection,
  toolUsageProjection,
  agentToolHourProjection,
  toolUsageHourProjection,
  latencyProjection,
  latencyHourProjection,
  latencyDayProjection,
  sessionUserProjection,
  runUsageProjection,
  runUsageHourProjection,
  runLabelProjection,
  labelUsageProjection,
  labelUsageHourProjection,
  labelUsageDayProjection,
];
