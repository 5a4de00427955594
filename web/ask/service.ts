import { signal } from '@preact/signals';
import { createClient } from '../../src/client.js';
import { change, parameter } from '../address/parameters.js';
import { base } from '../address/place.js';

/** How current the figures are, from the last response that has it. */
export interface Currency {
  readonly last_folded_at: string | undefined;
  /** Undefined if unknown: under load, the queue may not respond in time. */
  readonly lag_seconds: number | undefined;
}
export const currency = signal<Currency | undefined>(undefined);

/** Whether the service requires a key that this browser does not have. */
export const isSignedOut = signal(false);
/** Whether the service is unreachable. */
export const isAway = signal(false);

let quietUntil = 0;
/** Whether the service asked to wait, and that time is not over. */
export const isQuiet = () => Date.now() < quietUntil;

const origin = `${location.origin}${base}`;

async function observed(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(ofProject(input), { ...init, credentials: 'same-origin' });
  } catch (error) {
    if (init?.signal?.aborted !== true) isAway.value = true;
    throw error;
  }
  isAway.value = false;
  if (answer.status === 401) isSignedOut.value = true;
  const wait = Number(answer.headers.get('retry-after') ?? 0);
  if (!answer.ok && wait > 0) quietUntil = Date.now() + wait * 1000;
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

/**
 * Adds the project in the address, for browsers that are signed in to several. Requests to sign in
 * have none.
 */
function ofProject(input: RequestInfo | URL): RequestInfo | URL {
  const project = parameter('project');
  if (project === undefined || typeof input !== 'string' || input.includes('/v1/sign-'))
    return input;
  const url = new URL(input);
  url.searchParams.set('project', project);
  return url;
}

/** Tells the other tabs of this browser about sign-in and sign-out. */
const tabs = new BroadcastChannel('runfold');
tabs.addEventListener('message', ({ data }) => {
  isSignedOut.value = data === 'out';
  location.reload();
});

/** Signs this browser in. From then on it uses a cookie that script cannot read. */
export async function signIn(key: string): Promise<void> {
  const { project } = await service.signIn({ key });
  tabs.postMessage('in');
  isSignedOut.value = false;
  if (parameter('project') !== undefined) change({ project: String(project) }, { replace: true });
}

/** Signs this browser out of all projects. */
export async function signOut(): Promise<void> {
  await service.signOut();
  tabs.postMessage('out');
  isSignedOut.value = true;
}

/**
 * The service that this page came from. Errors are shown, with a countdown if the service asks to
 * wait.
 */
export const service = createClient({ url: origin, retries: 0, fetch: observed });

/** The address of a request, for links and for "How is this computed?". */
export function requestUrl(path: string, query: Readonly<Record<string, unknown>>): string {
  const search = new URLSearchParams();
  const project = parameter('project');
  for (const [name, value] of Object.entries({ ...query, project })) {
    for (const one of [value ?? []].flat()) search.append(name, String(one));
  }
  const text = search.toString();
  return `${origin}${path}${text === '' ? '' : `?${text}`}`;
}
