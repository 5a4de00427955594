import type { Projection } from './projection.js';
import { runProjection } from './run.js';
import { sessionProjection } from './session.js';

/** Every projection, finer ones before those that fold them. A new one is added here. */
export const projections: readonly Projection[] = [runProjection, sessionProjection];
