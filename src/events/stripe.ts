import { hash } from 'node:crypto';

/**
 * The stripe of a session, from the first four bytes of the SHA-256 of project and session. A
 * session never changes its stripe, and the stripes of many sessions have similar sizes.
 */
export function stripeOf(project: number, session_id: string, stripes: number): number {
  return hash('sha256', `${project}/${session_id}`, 'buffer').readUInt32BE(0) % stripes;
}
