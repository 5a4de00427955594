import { hash } from 'node:crypto';

/**
 * The stripe of a session among so many: the first four bytes of the SHA-256 of project and session. A session
 * never leaves its stripe, and the stripes of many sessions are alike in size.
 */
export function stripeOf(project: number, session_id: string, stripes: number): number {
  return hash('sha256', `${project}/${session_id}`, 'buffer').readUInt32BE(0) % stripes;
}
