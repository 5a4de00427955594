import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** The URL of a request as the routes know it, without the path under which a proxy serves it all. */
export function withoutBase(url: string, base: string): string {
  if (base === '' || !url.startsWith(base)) return url;
  const rest = url.slice(base.length);
  return rest === '' || rest.startsWith('?') ? `/${rest}` : rest.startsWith('/') ? rest : url;
}

/** The id that a client or proxy gave the request if it is fit for a log, or one of our own. */
export function requestId(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && /^[\w.:-]{1,100}$/.test(given) ? given : randomUUID();
}
