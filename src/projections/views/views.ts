import { projections } from '../projections.js';
import { alertViews } from './alert-views.js';
import { budgetView } from './budget-view.js';
import { logViews } from './log-views.js';
import { viewOf } from './projection-views.js';
import { usageViews } from './usage-views.js';
import type { View } from './view.js';
import { waitingView } from './waiting-view.js';

/** Every view of the schema `runfold`. */
export const views: readonly View[] = [
  ...logViews,
  ...projections.map(viewOf).filter((view) => view !== undefined),
  ...usageViews,
  waitingView,
  budgetView,
  ...alertViews,
];
