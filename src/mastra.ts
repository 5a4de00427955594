// The exports of `runfold/mastra`: an exporter for the observability of Mastra.
export { type RunfoldExporter, runfoldExporter } from './hooks/mastra/exporter.js';
export type { Emitter, HookOptions, Identity } from './hooks/record/emitter.js';
export { withIdentity } from './hooks/record/run-context.js';
export { type TrackedRun, type TrackRunOptions, trackRun } from './hooks/record/track-run.js';
