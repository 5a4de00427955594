import type { ClientKeyScope } from '../../src/client.js';
import { status } from './proof.js';

/** Whether this browser may do what takes a scope. While there are no keys, everybody may. */
export function mayDo(scope: ClientKeyScope): boolean {
  const now = status.value;
  return now !== undefined && (now.key === null || now.key.scopes.includes(scope));
}
