import { retryDelay } from '../environment/retry-delay.js';
import { sleep } from '../environment/sleep.js';
import { ApiError, readApiError } from './api-error.js';

/** The address of the service, and options of requests. */
export interface CallerOptions {
  /** `http://127.0.0.1:8580`. */
  readonly url: string;
  /** The key; not needed while the service has no keys. */
  readonly key?: string | undefined;
  /** How often a request is retried after 429, 502 to 504 or a lost connection. Defaults to 5. */
  readonly retries?: number | undefined;
  /** Milliseconds that one attempt may take. Defaults to 60,000. */
  readonly timeout_ms?: number | undefined;
  /** Replaces the global `fetch`. */
  readonly fetch?: typeof fetch | undefined;
}

/** One request. */
export interface CallOptions {
  readonly query?: Readonly<Record<string, unknown>> | undefined;
  readonly body?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
  /** How often it is retried, if this request overrides the caller's option. */
  readonly retries?: number | undefined;
  /** Whether the response is a stream without an end; then it has no time limit. */
  readonly is_stream?: boolean | undefined;
}

/** Sends requests to the service. */
export interface HttpCaller {
  /** @throws ApiError if the response is a problem, after all retries */
  call(method: string, path: string, options?: CallOptions): Promise<Response>;
}

export function createHttpCaller(options: CallerOptions): HttpCaller {
  const { key, retries = 5, timeout_ms = 60_000, fetch: send = fetch } = options;
  const base = options.url.replace(/\/+$/, '');

  const once = async (method: string, path: string, call: CallOptions) => {
    const { query, body, headers, signal, is_stream } = call;
    const signals = [
      ...(signal === undefined ? [] : [signal]),
      ...(is_stream === true ? [] : [AbortSignal.timeout(timeout_ms)]),
    ];
    return send(`${base}${path}${toSearch(query ?? {})}`, {
      method,
      headers: {
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
      ...(signals.length === 0 ? {} : { signal: AbortSignal.any(signals) }),
    });
  };

  return {
    async call(method, path, call = {}) {
      expectReachable(path);
      const most = call.retries ?? retries;
      for (let attempt = 0; ; attempt++) {
        let problem: ApiError | undefined;
        try {
          const response = await once(method, path, call);
          if (response.ok || response.status === 207) return response;
          problem = await readApiError(response);
        } catch (error) {
          if (call.signal?.aborted === true || attempt >= most) throw error;
        }
        const isPassing = problem === undefined || isPassingStatus(problem.status);
        if (problem !== undefined && (!isPassing || attempt >= most)) throw problem;
        await sleep(pauseMs(problem?.retry_after, attempt), call.signal);
      }
    },
  };
}

/**
 * `fetch` takes the parts `.` and `..` of a path for folders, encoded or not (WHATWG URL, section 4.4), and would ask for
 * another path.
 */
function expectReachable(path: string): void {
  const name = /\/(\.\.?)(?:\/|$)/.exec(path)?.[1];
  if (name === undefined) return;
  const message = `An HTTP address cannot hold the id "${name}", because clients take it for a folder. Use the command line, TypeScript on the store, or SQL.`;
  throw new ApiError(400, 'invalid_request', message, {}, undefined);
}

/** Whether a retry may help: 502 and 504 come from proxies. */
export function isPassingStatus(status: number): boolean {
  return status === 429 || (status >= 502 && status <= 504);
}

/** The wait that the service requested, or one that doubles. */
function pauseMs(seconds: number | undefined, attempt: number): number {
  return seconds === undefined ? retryDelay(attempt) : seconds * 1000;
}

function toSearch(query: Readonly<Record<string, unknown>>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of [value].flat()) {
      if (one !== undefined && one !== null) search.append(name, String(one));
    }
  }
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}
