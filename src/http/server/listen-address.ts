import { type AddressInfo, isIPv4 } from 'node:net';
import { RunfoldError } from '../../environment/runfold-error.js';
import type { Database } from '../../postgres/database.js';
import { hasKeys } from '../../store/api-keys.js';

/** The service cannot listen on the given address; `code` says why. */
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

/** Whether an address can be reached only from this machine. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

/** While there are no keys, everybody who reaches the service is admitted, so only this machine may reach it. */
export async function checkListenAddress(database: Database, host: string): Promise<void> {
  if (isLoopback(host) || (await hasKeys(database))) return;
  throw new ListenError(
    'keys_needed',
    `Cannot listen on ${host} while there are no keys: everybody who reaches it could read and write. ` +
      'Create a key first, or listen on a loopback address such as 127.0.0.1: ' +
      'runfold keys create --scope ingest --scope read',
  );
}

/** Explains why the service cannot listen on an address. */
export function explainListenFault(error: unknown, host: string, port: number): ListenError {
  const code =
    typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: 'another process uses this port. Choose another with --http-port',
    EACCES: 'this needs more rights',
    EADDRNOTAVAIL: 'this machine does not have this address',
    ENOTFOUND: 'this name has no address',
  };
  return new ListenError(
    'address_unavailable',
    `Cannot listen on ${host}:${port}: ${reasons[code] ?? (code || String(error))}.`,
    error,
  );
}

/** The URL of an address. */
export function urlOf({ address, family, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
