import { signal } from '@preact/signals';
import { createClient } from '../../src/client.js';
import { base } from '../address/place.js';

/** How current the figures are, by the last answer that said so. */
export interface Currency {
  readonly last_folded_at: string | undefined;
  /** Undefined when it is not known: the queue does not answer in time under load. */
  readonly lag_seconds: number | undefined;
}
export const currency = signal<Currency | undefined>(undefined);

/** Whether the service wants a key that this browser does not have. */
export const isSignedOut = signal(false);
/** Whether the service cannot be reached at all. */
export const isAway = signal(false);

/**
 * The key of this tab, where the service wants one. It is in memory alone: it ends with the tab, and no
 * storage, address or other tab ever holds it.
 */
export const tabKey = signal<string | undefined>(undefined);

const origin = `${location.origin}${base}`;

async function observed(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  let answer: Response;
  try {
    const key = tabKey.value;
    const headers = new Headers(init?.headers);
    if (key !== undefined) headers.set('authorization', `Bearer ${key}`);
    answer = await fetch(input, { ...init, headers, credentials: 'same-origin' });
  } catch (error) {
    if (init?.signal?.aborted !== true) isAway.value = true;
    throw error;
  }
  isAway.value = false;
  if (answer.status === 401) isSignedOut.value = true;
  const folded = answer.headers.get('runfold-last-folded-at');
  if (answer.ok && folded !== null) {
    const lag = answer.headers.get('runfold-lag-seconds');
    currency.value = {
      last_folded_at: folded,
      lag_seconds: lag === null ? undefined : Number(lag),
    };
  }
  return answer;
}

/** The service that this page came from. What fails is shown, with a countdown where one was asked for. */
export const service = createClient({ url: origin, retries: 0, fetch: observed });

/** The address of a request, for links and for "How is this computed?". */
export function requestUrl(path: string, query: Readonly<Record<string, unknown>>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of [value ?? []].flat()) search.append(name, String(one));
  }
  const text = search.toString();
  return `${origin}${path}${text === '' ? '' : `?${text}`}`;
}
