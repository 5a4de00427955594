// The exports of `runfold/ai-sdk`: hooks for the AI SDK of Vercel, versions 5, 6 and 7.
export { type RunfoldMiddleware, runfoldMiddleware } from './hooks/ai-sdk/middleware.js';
export { type RunfoldTelemetry, runfoldTelemetry } from './hooks/ai-sdk/telemetry.js';
export { trackTools } from './hooks/ai-sdk/track-tools.js';
export type { Emitter, HookOptions, Identity } from './hooks/record/emitter.js';
export { withIdentity } from './hooks/record/run-context.js';
export { type TrackedRun, type TrackRunOptions, trackRun } from './hooks/record/track-run.js';
