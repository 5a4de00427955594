import { isRawObject } from '../../events/check/normalize-event.js';
import type { RunStatus } from '../../events/codes.js';
import type { JsonObject } from '../../ingest/formats/log/log-record.js';
import type { HookOptions } from '../record/emitter.js';
import { isAbort } from '../record/failure.js';
import { type OpenRun, openRun, secondsSince } from '../record/open-run.js';
import { passThrough } from '../record/pass-through.js';
import type { Recorder } from '../record/recorder.js';
import { currentRun } from '../record/run-context.js';
import { openRunHere } from '../record/track-run.js';
import { createLoneCalls } from './lone-calls.js';
import type { ModelApi } from './model-api.js';
import { providerOf } from './provider-of.js';
import { recordCall } from './record-call.js';
import { type CallEnd, watchEvents, watchJson } from './watch-body.js';

export type Fetch = typeof fetch;
type Input = Parameters<Fetch>[0];
type Init = Parameters<Fetch>[1];

/** Options of a hook on a client. */
export interface ClientOptions extends HookOptions {
  /** The run of every call outside a `trackRun`; you record its end. Defaults to one run per call. */
  readonly run_id?: string | undefined;
  /** Defaults to the provider of the address: `openai` for `api.openai.com`, none for a proxy. */
  readonly provider?: string | undefined;
  /**
   * Whether to request the usage of streamed chat completions, which the API otherwise leaves out. The
   * caller sees the same stream. Defaults to true.
   */
  readonly stream_usage?: boolean | undefined;
}

/** A request that calls a model. */
interface Call {
  readonly init: Init;
  readonly hides: boolean;
  /** Records the outcome; a second one is ignored. */
  settle(end: CallEnd, mayRetry?: boolean): void;
}

/** A `fetch` that records each model call, with every attempt of an SDK. */
export function observeFetch(
  inner: Fetch,
  apis: readonly ModelApi[],
  recorder: Recorder,
  options: ClientOptions & { readonly max_retries: number },
): Fetch {
  const loneCalls = createLoneCalls();
  const { run_id, ...identity } = options;
  const ownRun = run_id === undefined ? undefined : openRun(recorder, { ...identity, run_id });

  const begin = (api: ModelApi, url: URL, init: Init): Call => {
    const began = performance.now();
    const text = typeof init?.body === 'string' ? init.body : '';
    const parsed: unknown = text === '' ? {} : JSON.parse(text);
    const request: JsonObject = isRawObject(parsed) ? parsed : {};
    const headers = new Headers(init?.headers);
    const attempt = Number(headers.get('x-stainless-retry-count') ?? 0);
    const around = currentRun() ?? ownRun;
    const run: OpenRun =
      around ?? loneCalls.begin(text, attempt > 0, () => openRunHere(recorder, identity));
    const asking = options.stream_usage === false ? undefined : api.askForUsage?.(request);
    let isSettled = false;
    return {
      init: asking === undefined ? init : { ...init, body: JSON.stringify(asking) },
      hides: asking !== undefined,
      settle(end, mayRetry = false) {
        if (isSettled) return;
        isSettled = true;
        recorder.guard(() => {
          const hasFailed = recordCall(
            recorder,
            {
              run,
              began,
              model: typeof request.model === 'string' ? request.model : undefined,
              provider: options.provider ?? providerOf(url),
              error_text: options.error_text,
            },
            // SDKs end a request that takes too long in the same way as one that the caller aborts.
            isTimeout(end, headers, began) ? { ...end, broken: undefined, error: 'timeout' } : end,
          );
          if (around !== undefined) return;
          const isCancelled = end.left === true || isAbort(end.broken?.by);
          const status: RunStatus = isCancelled ? 'cancelled' : hasFailed ? 'error' : 'completed';
          loneCalls.end(run, text, status, mayRetry && attempt < options.max_retries);
        });
      },
    };
  };

  return async (input, init) => {
    const call = recorder.guard(() => {
      const url = toUrl(input);
      const isPost = init?.method?.toUpperCase() === 'POST';
      const api = isPost ? apis.find(({ isCall }) => isCall(url.pathname)) : undefined;
      return api && { api, ...begin(api, url, init) };
    });
    if (call === undefined) return await inner(input, init);
    let response: Response;
    try {
      response = await inner(input, call.init);
    } catch (by) {
      call.settle({ body: {}, broken: { by } }, true);
      throw by;
    }
    return recorder.guard(() => watch(response, call, recorder)) ?? response;
  };
}

function watch(
  response: Response,
  { api, hides, settle }: Call & { readonly api: ModelApi },
  recorder: Recorder,
): Response {
  const { status, statusText, headers, body, url } = response;
  if (!response.ok) {
    const mayRetry = [408, 409, 429].includes(status) || status >= 500;
    const isTold = headers.get('x-should-retry') === 'false' ? false : mayRetry;
    settle({ body: {}, error: `HTTP ${status}` }, isTold);
    return response;
  }
  const type = headers.get('content-type') ?? '';
  if (body === null || typeof body.getReader !== 'function' || !/json|event-stream/.test(type)) {
    settle({ body: {} });
    return response;
  }
  const watcher = type.includes('event-stream')
    ? watchEvents(api, recorder, hides, settle)
    : watchJson(recorder, settle);
  const observed = new Response(passThrough(body, watcher), { status, statusText, headers });
  // A response that was created by hand has no address.
  Object.defineProperty(observed, 'url', { value: url, configurable: true });
  return observed;
}

function isTimeout({ broken }: CallEnd, headers: Headers, began: number): boolean {
  const seconds = Number(headers.get('x-stainless-timeout'));
  return (
    broken !== undefined && isAbort(broken.by) && seconds > 0 && secondsSince(began) >= seconds
  );
}

function toUrl(input: Input): URL {
  return new URL(typeof input === 'string' ? input : input instanceof URL ? input : input.url);
}
