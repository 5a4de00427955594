/** The maximum number of stripes in a store. */
export const mostStripes = 256;

/** `stripeOf` of two expressions, in SQL. */
export function stripeSql(project: string, sessionId: string, stripes: number): string {
  const digest = `sha256(convert_to(${project} || '/' || ${sessionId}, 'UTF8'))`;
  return `(('x' || encode(substr(${digest}, 1, 4), 'hex'))::bit(32)::bigint % ${stripes})`;
}
