import { hash } from 'node:crypto';

/** Into how many stripes a store can be divided. */
export const mostStripes = 256;

/**
 * The stripe of a session: a number from 0 that depends on nothing but project, session and how many stripes
 * there are. A session never leaves its stripe, so within one the log's key is unique for ever.
 */
export function stripeOf(project: number, sessionId: string, stripes: number): number {
  return hash('sha256', `${project}/${sessionId}`, 'buffer').readUInt32BE(0) % stripes;
}

/** The same of two expressions, in SQL. */
export function stripeSql(project: string, sessionId: string, stripes: number): string {
  const digest = `sha256(convert_to(${project} || '/' || ${sessionId}, 'UTF8'))`;
  return `(('x' || encode(substr(${digest}, 1, 4), 'hex'))::bit(32)::bigint % ${stripes})`;
}
