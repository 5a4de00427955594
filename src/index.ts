export { type Config, ConfigError, readConfig } from './config.js';
export {
  dropPriceOverrides,
  InvalidPriceError,
  listPriceOverrides,
  type PriceOverride,
  setPriceOverride,
} from './pricing/price-overrides.js';
export * from './producer.js';
export type { Difference } from './projections/difference.js';
export { staleProjections } from './projections/fingerprint.js';
export {
  type ProjectionRebuild,
  type RebuildOptions,
  type RebuildProgress,
  type RebuildReport,
  type RebuildStep,
  rebuild,
} from './projections/rebuild.js';
export {
  RebuildBlockedError,
  RebuildDependentError,
  RebuildRunningError,
} from './projections/rebuild-errors.js';
export {
  type Audit,
  type ProjectionAudit,
  type VerifyOptions,
  verify,
} from './projections/verify.js';
export type { ProjectOptions, TimeRange } from './query/conditions.js';
export type { EventOptions } from './query/corrected-event.js';
export {
  type Correction,
  correctionFor,
  type FigureChange,
  voidingFor,
} from './query/correction.js';
export {
  AmbiguousEventError,
  CorrectionCorrectedError,
  UnknownEventError,
} from './query/correction-errors.js';
export { type ListEventsOptions, type LoggedEvent, listEvents } from './query/events.js';
export { type ExportOptions, exportEvents } from './query/export-events.js';
export { type ListMessagesOptions, type LoggedMessage, listMessages } from './query/messages.js';
export type { Page, PageOptions } from './query/page.js';
export {
  AmbiguousRunError,
  type EventKey,
  InvalidCursorError,
  InvalidQueryError,
  NotFoldedError,
  RunTreeTooDeepError,
} from './query/query-errors.js';
export {
  dropReject,
  getReject,
  type ListRejectsOptions,
  listRejects,
  type RejectedEvent,
  type RejectOptions,
} from './query/rejects.js';
export { getRunMetrics, type RunMetrics } from './query/run-metrics.js';
export { getRunTree, type RunTree, type RunTreeOptions } from './query/run-tree.js';
export { getRun, type ListRunsOptions, listRuns, type RunOptions } from './query/runs.js';
export { getSessionMetrics, type SessionMetrics } from './query/session-metrics.js';
export {
  getSession,
  type ListSessionsOptions,
  listSessions,
  type SessionOptions,
} from './query/sessions.js';
export {
  type ListToolCallsOptions,
  type LoggedToolCall,
  listToolCalls,
} from './query/tool-calls.js';
export {
  getTopSessions,
  type SessionFigure,
  type TopSessionsOptions,
} from './query/top-sessions.js';
export type { RunTotals, SessionTotals, Totals } from './query/totals.js';
export type { TokenTotals, Usage } from './query/usage.js';
export type { UsageFigures } from './query/usage-figures.js';
export type { UsageQuantiles } from './query/usage-quantiles.js';
export type { UsageBucket, UsageRange, UsageRangeOptions } from './query/usage-range.js';
export {
  getUsage,
  type UsageFigure,
  type UsageOptions,
  type UsageRow,
  type UsageSeries,
} from './query/usage-series.js';
export type { UsageDimension } from './query/usage-sources.js';
export type { UsageFilters } from './query/usage-statement.js';
export { type WaitOptions, waitUntilFolded } from './query/wait-until-folded.js';
export { openRunfold, type Runfold, type RunfoldOptions } from './runfold.js';
export { type Database, type DatabaseTarget, openDatabase } from './store/database.js';
export { StoreUnavailableError } from './store/database-errors.js';
export { EmbeddedStoreError, EmbeddedStoreInUseError } from './store/embedded/embedded-store.js';
export { migrateTier, openTier, type Tier, type TierName, type TierOptions } from './tier.js';
export type { GroupCommitStats } from './worker/group-commit.js';
export { type EventWorkerOptions, openWorker, type RunningWorker } from './worker/open-worker.js';
export {
  InvalidRangeError,
  RepriceContendedError,
  type RepriceOptions,
  type RepriceReport,
  reprice,
  type UnpricedModel,
} from './worker/reprice.js';
