// The exports of `runfold/langchain`: a callback handler for LangChain.js and LangGraph.
export { runfoldCallbacks } from './hooks/langchain/callbacks.js';
export type { RunfoldCallbacks } from './hooks/langchain/langchain-handler.js';
export type { Emitter, HookOptions, Identity } from './hooks/record/emitter.js';
export { withIdentity } from './hooks/record/run-context.js';
export { type TrackedRun, type TrackRunOptions, trackRun } from './hooks/record/track-run.js';
