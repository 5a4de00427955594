// The exports of `runfold/openai`: calls of OpenAI's SDK, and of compatible services.

import type { ClientOptions } from './hooks/calls/observe-fetch.js';
import { openaiApis } from './hooks/calls/openai-apis.js';
import { type SdkClient, trackClient } from './hooks/calls/track-client.js';
import type { Emitter } from './hooks/record/emitter.js';

/**
 * A copy of an OpenAI client that records each model call: chat completions, responses and functions
 * built on them, streamed or not, with every attempt of the SDK. The client itself does not change.
 */
export function trackOpenAI<C extends SdkClient>(
  client: C,
  emitter: Emitter,
  options: ClientOptions = {},
): C {
  return trackClient(client, openaiApis, emitter, options);
}

export type { ClientOptions } from './hooks/calls/observe-fetch.js';
export type { SdkClient } from './hooks/calls/track-client.js';
export type { Emitter, HookOptions, Identity } from './hooks/record/emitter.js';
export { withIdentity } from './hooks/record/run-context.js';
export { type TrackedRun, type TrackRunOptions, trackRun } from './hooks/record/track-run.js';
