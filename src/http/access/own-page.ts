import type { IncomingMessage } from 'node:http';
import { ProblemError } from '../problems/problem.js';

const isRead = ({ method }: IncomingMessage) => method === 'GET' || method === 'HEAD';

/** Whether the origin that a browser names is the very host that it asks. */
function isOwnOrigin({ headers: { origin, host } }: IncomingMessage): boolean {
  if (origin === undefined || host === undefined || !URL.canParse(origin)) return false;
  return new URL(origin).host === host.toLowerCase();
}

/**
 * Refuses a request that no page of this service began: what a cookie lets in, another site could have
 * a browser send. Browsers say where a request comes from; one too old for `Sec-Fetch-Site` says
 * the origin. @throws ProblemError 403
 */
export function refuseOtherSites(request: IncomingMessage): void {
  const site = request.headers['sec-fetch-site'];
  const isTyped = site === 'none' && isRead(request);
  const isOwn = site === undefined ? isOwnOrigin(request) : site === 'same-origin' || isTyped;
  if (isOwn) return;
  throw new ProblemError(
    'cross_site',
    'Expected a request of a page of this service, as a cookie came with it, got one from elsewhere.',
  );
}

/** Refuses what a browser sends for another site; programs say neither where from nor which origin. */
export function refuseForeignBrowsers(request: IncomingMessage): void {
  const { origin, 'sec-fetch-site': site } = request.headers;
  if (origin !== undefined || site !== undefined) refuseOtherSites(request);
}

/**
 * Without keys whoever reaches the loopback address is let in, and web pages can make a browser on
 * this machine reach it. The browser says where a request comes from, and a page that has its own
 * name point here (DNS rebinding) gives itself away by the Host. @throws ProblemError 421
 */
export function refuseBrowsers(request: IncomingMessage): void {
  const { 'sec-fetch-site': site, origin, host = '' } = request.headers;
  const isForeign =
    site === undefined
      ? !isRead(request) && origin !== undefined && !isOwnOrigin(request)
      : site !== 'same-origin' && !(site === 'none' && isRead(request));
  const isPassedOn = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'].some(
    (header) => request.headers[header] !== undefined,
  );
  const name = host.replace(/:\d+$/, '').toLowerCase();
  const isLocal = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(name) || name === '';
  if (!isForeign && !isPassedOn && isLocal) return;
  throw new ProblemError(
    'foreign_origin',
    'Expected a request to this machine by its loopback name, as there are no keys yet, got one ' +
      'from elsewhere. Make a key with "runfold keys create".',
  );
}
