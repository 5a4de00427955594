import { type AddressInfo, isIPv4 } from 'node:net';
import { RunfoldError } from '../../environment/runfold-error.js';
import type { Database } from '../../postgres/database.js';
import { hasKeys } from '../../store/api-keys.js';

/** The service cannot listen where it was told to; `code` says why. */
export class ListenError extends RunfoldError {
  constructor(
    readonly code: 'keys_needed' | 'address_unavailable',
    message: string,
    cause?: unknown,
  ) {
    super(message, { cause });
    this.name = 'ListenError';
  }
}

/** Whether only this machine reaches an address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

/** Without keys everybody who reaches the service is let in: that must be this machine alone. */
export async function checkListenAddress(database: Database, host: string): Promise<void> {
  if (isLoopback(host) || (await hasKeys(database))) return;
  throw new ListenError(
    'keys_needed',
    `Expected a loopback address such as 127.0.0.1 while there are no keys, got ${host}: everybody ` +
      'who reaches it could read and write. Make a key first: runfold keys create --scope ingest --scope read',
  );
}

/** Says in our words why an address cannot be listened on. */
export function explainListenFault(error: unknown, host: string, port: number): ListenError {
  const code =
    typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: 'a port that another process has. Choose another with --http-port',
    EACCES: 'one that takes more rights',
    EADDRNOTAVAIL: 'one that is not of this machine',
    ENOTFOUND: 'a name that stands for no address',
  };
  return new ListenError(
    'address_unavailable',
    `Expected to listen on ${host}:${port}, got ${reasons[code] ?? (code || String(error))}.`,
    error,
  );
}

/** The URL of an address that is listened on. */
export function urlOf({ address, family, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
