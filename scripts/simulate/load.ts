import { stripeOf } from '#runfold/events/stripe.js';

/** Sessions, each with its share of all events. */
export interface Load {
  readonly sessions: readonly { readonly project: number; readonly name: string; share: number }[];
}

/**
 * Tenants by Zipf's law, each with a number of sessions that matches its share, and one session
 * with its own share. Nothing is random: a session's place follows from its hash, as in the
 * product.
 */
export function makeLoad(options: {
  readonly tenants: number;
  readonly zipf: number;
  readonly sessions: number;
  readonly hot_share: number;
}): Load {
  const { tenants, zipf, sessions: wanted, hot_share } = options;
  const weights = Array.from({ length: tenants }, (_, at) => 1 / (at + 1) ** zipf);
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  const sessions = weights.flatMap((weight, at) => {
    const share = (weight / all) * (1 - hot_share);
    const count = Math.max(1, Math.round((weight / all) * wanted));
    return Array.from({ length: count }, (_, number) => ({
      project: at + 1,
      name: `session-${number}`,
      share: share / count,
    }));
  });
  return { sessions: [...sessions, { project: 1, name: 'hot', share: hot_share }] };
}

/** The share of each stripe. */
export function stripeShares({ sessions }: Load, stripes: number): readonly number[] {
  const shares = new Array<number>(stripes).fill(0);
  for (const { project, name, share } of sessions) {
    const stripe = stripeOf(project, name, stripes);
    shares[stripe] = (shares[stripe] ?? 0) + share;
  }
  return shares;
}

/** The share of each owner if each owns some of the parts. */
export function sharesOf(
  parts: readonly number[],
  owners: number,
  ownerOf: (part: number) => number,
): readonly number[] {
  const shares = new Array<number>(owners).fill(0);
  for (const [part, share] of parts.entries()) {
    const owner = ownerOf(part);
    shares[owner] = (shares[owner] ?? 0) + share;
  }
  return shares;
}

/** The largest share relative to the mean: 1 is even. */
export const imbalance = (shares: readonly number[]) =>
  (Math.max(...shares) * shares.length) / shares.reduce((sum, share) => sum + share, 0);
