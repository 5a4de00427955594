// The exports of `runfold/anthropic`: calls of Anthropic's SDK.
import { anthropicApis } from './hooks/calls/anthropic-apis.js';
import type { ClientOptions } from './hooks/calls/observe-fetch.js';
import { type SdkClient, trackClient } from './hooks/calls/track-client.js';
import type { Emitter } from './hooks/record/emitter.js';

/**
 * A copy of an Anthropic client that records each model call: messages and functions built on them,
 * streamed or not, with every attempt of the SDK. The client itself does not change.
 */
export function trackAnthropic<C extends SdkClient>(
  client: C,
  emitter: Emitter,
  options: ClientOptions = {},
): C {
  return trackClient(client, anthropicApis, emitter, options);
}

export type { ClientOptions } from './hooks/calls/observe-fetch.js';
export type { SdkClient } from './hooks/calls/track-client.js';
export type { Emitter, HookOptions, Identity } from './hooks/record/emitter.js';
export { withIdentity } from './hooks/record/run-context.js';
export { type TrackedRun, type TrackRunOptions, trackRun } from './hooks/record/track-run.js';
