import type { Emitter } from '../record/emitter.js';
import { createRecorder } from '../record/recorder.js';
import type { ModelApi } from './model-api.js';
import { type ClientOptions, type Fetch, observeFetch } from './observe-fetch.js';

/** A client of OpenAI's or Anthropic's SDK, or a compatible one. */
export interface SdkClient {
  withOptions(options: never): unknown;
}

/** A copy of a client that records each call; the client itself does not change. @throws TypeError */
export function trackClient<C extends SdkClient>(
  client: C,
  apis: readonly ModelApi[],
  emitter: Emitter,
  options: ClientOptions,
): C {
  if (typeof client?.withOptions !== 'function') {
    throw new TypeError(
      'Expected a client with `withOptions`, as those of the packages openai (5 and newer) and ' +
        '@anthropic-ai/sdk (0.50 and newer) are.',
    );
  }
  const given: unknown = Reflect.get(client, 'fetch');
  const inner: Fetch = typeof given === 'function' ? (given as Fetch) : fetch;
  const retries: unknown = Reflect.get(client, 'maxRetries');
  const observed = observeFetch(
    (input, init) => inner.call(undefined, input, init),
    apis,
    createRecorder(emitter, options, ['run_id', 'provider', 'stream_usage']),
    { ...options, max_retries: typeof retries === 'number' ? retries : 0 },
  );
  return client.withOptions({ fetch: observed } as never) as C;
}
