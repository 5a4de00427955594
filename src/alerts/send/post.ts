import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { urlToHttpOptions } from 'node:url';
import { DeliveryError } from './alert-errors.js';
import { checkedAddress, expectedOf, hostOf } from './public-address.js';

/** The settings of a post. */
export interface PostOptions {
  readonly url: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Hosts that may be on the private network and may be reached without TLS. */
  readonly allowed_hosts: readonly string[];
  /** In milliseconds. Defaults to 10,000. */
  readonly timeout_ms?: number | undefined;
}

/**
 * Posts a body. It connects to exactly the address that was checked, never through a proxy, which would resolve the name
 * again; it follows no redirect, reads only the status of the response, and takes at most ten seconds, whatever the receiver does.
 * @throws DeliveryError
 */
export async function post(options: PostOptions): Promise<void> {
  const { body, headers, allowed_hosts, timeout_ms = 10_000 } = options;
  const url = new URL(options.url);
  const host = hostOf(url);
  const isTls = url.protocol === 'https:';
  const expected = expectedOf(url, allowed_hosts);
  if (expected !== undefined || !/^https?:$/.test(url.protocol)) {
    throw new DeliveryError(
      `Expected ${expected ?? 'an https address'}, got one of ${url.protocol}//${host}.`,
    );
  }
  const signal = AbortSignal.timeout(timeout_ms);
  const status = await Promise.race([send(), aborted(signal, timeout_ms)]);
  if (status >= 200 && status < 300) return;
  const redirect = status >= 300 && status < 400 ? ', a redirect, which is not followed' : '';
  throw new DeliveryError(`Expected a 2xx response from ${host}, got ${status}${redirect}.`);

  async function send(): Promise<number> {
    const { address, family } = await checkedAddress(host, allowed_hosts);
    return new Promise((resolve, reject) => {
      const ask = isTls ? httpsRequest : httpRequest;
      const call = ask(
        {
          method: 'POST',
          // Not the name, which would be resolved again.
          host: address,
          family,
          port: url.port === '' ? (isTls ? 443 : 80) : Number(url.port),
          path: `${url.pathname}${url.search}`,
          ...(url.username === '' ? {} : { auth: urlToHttpOptions(url).auth }),
          ...(isTls ? { servername: /^[\d.]+$|:/.test(host) ? '' : host } : {}),
          headers: {
            host: url.host,
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(body),
            'user-agent': 'runfold',
            ...headers,
          },
          agent: false,
          signal,
        },
        (answer) => {
          resolve(answer.statusCode ?? 0);
          answer.destroy();
        },
      );
      // Errors after the status do not matter.
      call.on('error', (error: NodeJS.ErrnoException) =>
        reject(new DeliveryError(`Could not send it to ${host}: ${error.code ?? 'no response'}.`)),
      );
      call.end(body);
    });
  }
}

function aborted(signal: AbortSignal, ms: number): Promise<never> {
  return new Promise((_, reject) => {
    const tell = () => reject(new DeliveryError(`There was no response within ${ms / 1000} s.`));
    signal.addEventListener('abort', tell, { once: true });
  });
}
