import type { Check } from './check.js';

const order = ['ok', 'unknown', 'advice', 'problem'] as const;

/** The checks of one of several servers. */
export interface ChecksOfServer {
  readonly name: string;
  readonly checks: readonly Check[];
}

/** Combines the checks of several servers into one list: of each check the worst result, with the servers that have it. */
export function mergeChecks(servers: readonly ChecksOfServer[]): Check[] {
  return (servers[0]?.checks ?? []).map((first) =>
    worstOf(
      servers.flatMap(({ name, checks }) => {
        const same = checks.find((one) => one.check === first.check);
        return same === undefined ? [] : [{ name, check: same }];
      }),
      first,
    ),
  );
}

function worstOf(
  found: readonly { readonly name: string; readonly check: Check }[],
  first: Check,
): Check {
  const worst = found.reduce(
    (most, { check: one }) => (order.indexOf(one.level) > order.indexOf(most.level) ? one : most),
    first,
  );
  if (found.length < 2) return worst;
  const same = found.every(({ check: one }) => one.what === first.what);
  if (same) return worst;
  const those = found.filter(({ check: one }) => one.level === worst.level);
  return { ...worst, what: those.map(({ name, check: one }) => `${name}: ${one.what}`).join('; ') };
}
