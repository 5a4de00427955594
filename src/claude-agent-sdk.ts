// The exports of `runfold/claude-agent-sdk`: the hook for `query` of the Claude Agent SDK.
export { type QueryFunction, trackQuery } from './hooks/claude-agent-sdk/track-query.js';
export type { Emitter, HookOptions, Identity } from './hooks/record/emitter.js';
export { withIdentity } from './hooks/record/run-context.js';
export { type TrackedRun, type TrackRunOptions, trackRun } from './hooks/record/track-run.js';
