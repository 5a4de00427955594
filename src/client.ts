// The exports of `runfold/client`: the client of the HTTP service. It loads no driver, queue or server.

export type { Channel, NewChannel } from './alerts/channels.js';
export type { AlertRecord, ListAlertHistoryOptions } from './alerts/history.js';
export type { NewRule } from './alerts/new-rule.js';
export type { AlertRule, AlertState } from './alerts/rules.js';
export type { BudgetCheck, CheckedBudget } from './budgets/ask-budgets.js';
export type { BudgetCheckOptions } from './budgets/asked-check.js';
export type { BudgetHold, BudgetStanding, BudgetUse } from './budgets/budget-standing.js';
export type { Budget } from './budgets/budgets.js';
export type { BudgetMeasure, BudgetScope } from './budgets/functions/used-sources.js';
export type { BudgetWindow, NewBudget } from './budgets/new-budget.js';
export type { AlertsClient } from './client/alerts-client.js';
export { ApiError } from './client/api-error.js';
export type { BudgetsClient } from './client/budgets-client.js';
export type {
  ClientCorrection,
  ClientCorrectionOptions,
  CorrectionsClient,
} from './client/corrections-client.js';
export { type ClientOptions, createClient } from './client/create-client.js';
export type { ClientKey, ClientKeyScope, CreateKeyOptions, Readiness } from './client/keys.js';
export type {
  ClientProject,
  ClientRebuild,
  ListedClientProject,
  SignedIn,
} from './client/operations.js';
export type { ClientReprice, PricesClient } from './client/prices-client.js';
export type { TailMessage } from './client/read-tail.js';
export type { IngestOptions, IngestResult, RunfoldClient } from './client/runfold-client.js';
export type {
  AuditReport,
  ManyRejects,
  RejectsOutcome,
  ServiceStatus,
} from './client/service-responses.js';
export type { CorrectionReport } from './corrections/fold-correction.js';
export { RunfoldError } from './environment/runfold-error.js';
export { isTimeZone } from './events/check/time-zone-name.js';
export type { EventFault } from './events/fault.js';
export type { Labels } from './events/labels.js';
export type { MetricEventInput } from './events/metric-event.js';
export type { PriceOverride } from './pricing/price-overrides.js';
export type { LabelFilters } from './query/label-filters.js';
export type { LabelName, LabelValue } from './query/label-names.js';
export type { Reads } from './query/reads/reads.js';
