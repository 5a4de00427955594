export {
  type Channel,
  createChannel,
  dropChannel,
  listChannels,
  type NewChannel,
} from './alerts/channels.js';
export { type DeliveryOptions, testChannel } from './alerts/deliver.js';
export {
  type AlertRecord,
  type ListAlertHistoryOptions,
  listAlertHistory,
} from './alerts/history.js';
export type { AlertsOptions } from './alerts/keep-alerts.js';
export { type MuteOptions, muteRule } from './alerts/mute.js';
export type { NewRule } from './alerts/new-rule.js';
export {
  type AlertRule,
  type AlertState,
  createRule,
  dropRule,
  listRules,
} from './alerts/rules.js';
export {
  AlertExistsError,
  DeliveryError,
  InvalidAlertError,
  SecretKeyError,
} from './alerts/send/alert-errors.js';
export { secretKeyOf } from './alerts/send/secret-box.js';
export type { BudgetCheck, CheckedBudget } from './budgets/ask-budgets.js';
export type { BudgetCheckOptions } from './budgets/asked-check.js';
export { BudgetExistsError, InvalidBudgetError } from './budgets/budget-errors.js';
export { type BudgetGate, createBudgetGate } from './budgets/budget-gate.js';
export {
  type BudgetHold,
  type BudgetStanding,
  type BudgetUse,
  getBudget,
  listBudgetStandings,
} from './budgets/budget-standing.js';
export { type Budget, createBudget, dropBudget, listBudgets } from './budgets/budgets.js';
export { checkBudget, releaseHold } from './budgets/check-budget.js';
export type { BudgetMeasure, BudgetScope } from './budgets/functions/used-sources.js';
export type { BudgetWindow, NewBudget } from './budgets/new-budget.js';
export type { EventOptions } from './corrections/corrected-event.js';
export {
  type Correction,
  correctionFor,
  type FigureChange,
  voidingFor,
} from './corrections/correction.js';
export {
  AmbiguousEventError,
  CorrectionCorrectedError,
  UnknownEventError,
} from './corrections/correction-errors.js';
export {
  InvalidRangeError,
  RepriceContendedError,
  type RepriceOptions,
  type RepriceReport,
  reprice,
  type UnpricedModel,
} from './corrections/reprice.js';
export { EmbeddedStoreError, EmbeddedStoreInUseError } from './embedded/embedded-store.js';
export { type Config, ConfigError, readConfig } from './environment/config.js';
export { RunfoldError } from './environment/runfold-error.js';
export type { AttributeName, Attributes } from './events/attribute-fields.js';
export { type ParsedEvent, parseEvent } from './events/check/parse-event.js';
export { type EventFault, InvalidEventError } from './events/fault.js';
export type { Labels } from './events/labels.js';
export type {
  EventEnvelope,
  EventType,
  MessageEvent,
  MessageInput,
  MetricEvent,
  MetricEventInput,
  Role,
  RunEvent,
  RunInput,
  RunStatus,
  ToolCallEvent,
  ToolCallInput,
} from './events/metric-event.js';
export type { MetricName, Metrics } from './events/metric-fields.js';
export { InvalidAgnoRunError } from './ingest/formats/agno/agno-record.js';
export { fromAgnoRow } from './ingest/formats/agno/from-agno-row.js';
export { type AgnoRunOptions, fromAgnoRun } from './ingest/formats/agno/from-agno-run.js';
export {
  createProducer,
  type Producer,
  type ProducerOptions,
  type ProducerStats,
} from './ingest/producer.js';
export {
  BufferFullError,
  ProducerClosedError,
  QueueUnavailableError,
} from './ingest/producer-errors.js';
export { InvalidAddressError } from './postgres/address.js';
export {
  type Database,
  type DatabaseTarget,
  openDatabase,
  StoreClosedError,
} from './postgres/database.js';
export {
  createReaders,
  ReadEndedError,
  type ReaderOptions,
  type Readers,
} from './postgres/readers/readers.js';
export { InvalidPriceError } from './pricing/new-price.js';
export {
  dropPriceOverrides,
  listPriceOverrides,
  type PriceOverride,
  setPriceOverride,
} from './pricing/price-overrides.js';
export type { Difference } from './projections/audit/difference.js';
export {
  type Audit,
  type ProjectionAudit,
  type VerifyOptions,
  verify,
} from './projections/audit/verify.js';
export { staleProjections } from './projections/fold/fingerprint.js';
export {
  type ProjectionRebuild,
  type RebuildOptions,
  type RebuildProgress,
  type RebuildReport,
  type RebuildStep,
  rebuild,
} from './projections/rebuild/rebuild.js';
export {
  RebuildBlockedError,
  RebuildDependentError,
  RebuildRunningError,
} from './projections/rebuild/rebuild-errors.js';
export type {
  Agno2Details,
  Agno2ModelMetrics,
  Agno2Sums,
} from './query/agno/agno2-metrics.js';
export {
  type Agno2RunMetrics,
  type Agno2SessionMetrics,
  getAgno2RunMetrics,
  getAgno2SessionMetrics,
} from './query/agno/agno2-run-metrics.js';
export { getRunMetrics, type RunMetrics } from './query/agno/run-metrics.js';
export { getSessionMetrics, type SessionMetrics } from './query/agno/session-metrics.js';
export type { ProjectOptions, TimeRange } from './query/conditions.js';
export type { LabelFilters } from './query/label-filters.js';
export {
  type LabelName,
  type LabelValue,
  type ListLabelsOptions,
  type ListLabelValuesOptions,
  listLabels,
  listLabelValues,
} from './query/label-names.js';
export { type ListEventsOptions, type LoggedEvent, listEvents } from './query/log/events.js';
export { exportEvents } from './query/log/export-events.js';
export type { ExportOptions } from './query/log/exported-rows.js';
export {
  type ListMessagesOptions,
  type LoggedMessage,
  listMessages,
} from './query/log/messages.js';
export {
  type ListToolCallsOptions,
  type LoggedToolCall,
  listToolCalls,
} from './query/log/tool-calls.js';
export type { Page, PageOptions } from './query/page.js';
export {
  AmbiguousRunError,
  type EventKey,
  InvalidCursorError,
  InvalidQueryError,
  NotFoldedError,
  RunTreeTooDeepError,
  RunTreeTooLargeError,
} from './query/query-errors.js';
export { createReads, type InProject, type Reads, type UsageQuery } from './query/reads/reads.js';
export {
  dropReject,
  getReject,
  type ListRejectsOptions,
  listRejects,
  type RejectedEvent,
  type RejectOptions,
} from './query/rejects.js';
export { type ListRunStepsOptions, listRunSteps, type RunStep } from './query/steps/run-steps.js';
export { getRunTree, type RunTree, type RunTreeOptions } from './query/totals/run-tree.js';
export type { TokenTotals, Usage } from './query/totals/run-usage.js';
export {
  getRun,
  type ListRunsOptions,
  listRuns,
  type RunOptions,
  type RunOrder,
} from './query/totals/runs.js';
export {
  getSession,
  type ListSessionsOptions,
  listSessions,
  type SessionOptions,
  type SessionOrder,
} from './query/totals/sessions.js';
export {
  getTopSessions,
  type SessionFigure,
  type TopSessionsOptions,
} from './query/totals/top-sessions.js';
export type { RunTotals, SessionTotals, Totals, WaitingIn } from './query/totals/totals.js';
export { getDataRange } from './query/usage/data-range.js';
export {
  figuresBy,
  getUsage,
  type UsageFigure,
  type UsageOptions,
  type UsageRow,
  type UsageSeries,
} from './query/usage/get-usage.js';
export type { UsageFigures } from './query/usage/usage-figures.js';
export type { UsageQuantiles } from './query/usage/usage-quantiles.js';
export type { UsageBucket, UsageRange, UsageRangeOptions } from './query/usage/usage-range.js';
export { keptTogether, type UsageDimension } from './query/usage/usage-sources.js';
export type { UsageFilters } from './query/usage/usage-statement.js';
export { type WaitOptions, waitUntilFolded } from './query/wait-until-folded.js';
export {
  countWaitingSpans,
  type ListWaitingOptions,
  listWaitingSpans,
  type WaitingOptions,
  type WaitingSpan,
  type WaitingSpans,
} from './query/waiting/waiting-spans.js';
export { QueueConnectionError } from './queue/queue-errors.js';
export type { PostgresAddress, QueueTarget } from './queue/queue-target.js';
export { openRunfold, type Runfold, type RunfoldOptions } from './runfold.js';
export { StoreUnavailableError } from './store/store-errors.js';
export { migrateTier, openTier, type Tier, type TierName, type TierOptions } from './tier.js';
export type { GroupCommitStats } from './worker/group-commit.js';
export { type EventWorkerOptions, openWorker, type RunningWorker } from './worker/open-worker.js';
