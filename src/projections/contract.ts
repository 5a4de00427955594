import { logViews } from '../store/log-views.js';
import type { View } from '../store/view.js';
import { viewOf } from './projection-views.js';
import { projections } from './projections.js';
import { usageViews } from './usage-views.js';

/** Every view of the schema `runfold`. */
export const views: readonly View[] = [
  ...logViews,
  ...projections.map(viewOf).filter((view) => view !== undefined),
  ...usageViews,
];
