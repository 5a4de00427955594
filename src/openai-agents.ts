// The exports of `runfold/openai-agents`: a tracing processor for the OpenAI Agents SDK.
export { timeFirstTokens } from './hooks/openai-agents/first-tokens.js';
export { runfoldProcessor } from './hooks/openai-agents/processor.js';
export type { RunfoldProcessor } from './hooks/openai-agents/tracing-processor.js';
export type { Emitter, HookOptions, Identity } from './hooks/record/emitter.js';
export { withIdentity } from './hooks/record/run-context.js';
export { type TrackedRun, type TrackRunOptions, trackRun } from './hooks/record/track-run.js';
