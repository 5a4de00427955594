import type { IncomingMessage } from 'node:http';
import { ProblemError } from '../problems/problem.js';

const isRead = ({ method }: IncomingMessage) => method === 'GET' || method === 'HEAD';

/** Whether the origin that a browser names is the host of the request. */
function isOwnOrigin({ headers: { origin, host } }: IncomingMessage): boolean {
  if (origin === undefined || host === undefined || !URL.canParse(origin)) return false;
  return new URL(origin).host === host.toLowerCase();
}

/**
 * Refuses a request that was not started by a page of this service: another site could make a browser send a
 * request with the cookie. Browsers say where a request comes from; a browser too old for `Sec-Fetch-Site`
 * sends the origin. @throws ProblemError 403
 */
export function refuseOtherSites(request: IncomingMessage): void {
  const site = request.headers['sec-fetch-site'];
  const isTyped = site === 'none' && isRead(request);
  const isOwn = site === undefined ? isOwnOrigin(request) : site === 'same-origin' || isTyped;
  if (isOwn) return;
  throw new ProblemError(
    'cross_site',
    'A page of another site sent this request with the cookie of this service.',
  );
}

/** Refuses requests that a browser sends for another site; programs send neither of these headers. */
export function refuseForeignBrowsers(request: IncomingMessage): void {
  const { origin, 'sec-fetch-site': site } = request.headers;
  if (origin !== undefined || site !== undefined) refuseOtherSites(request);
}

/**
 * While there are no keys, every program on this machine is admitted, and web pages can make a browser on
 * this machine send requests. The browser says where a request comes from, and a page whose own
 * name resolves to this address (DNS rebinding) is recognized by the Host. @throws ProblemError 421
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
    'While there are no keys, only programs on this machine are admitted, by its loopback name. ' +
      'Create a key with "runfold keys create".',
  );
}
