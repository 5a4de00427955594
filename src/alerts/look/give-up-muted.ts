import type { PoolClient } from 'pg';
import type { Reading } from './reading.js';

/**
 * Whether a delivery, with this alias, waits for the end of a mute: it is not due and was never
 * tried.
 */
export const isMutedSql = (alias: string) =>
  `${alias}.is_open and ${alias}.attempts = 0 and ${alias}.next_at > now()`;

/** The crossing of a rule. */
export interface Crossing extends Pick<Reading, 'budget' | 'value' | 'share'> {
  readonly rule_id: number;
}

/** Some crossings as columns, one array per parameter. */
export const crossingColumns = (crossings: readonly Crossing[]) => [
  crossings.map(({ rule_id }) => rule_id),
  crossings.map(({ budget }) => budget),
  crossings.map(({ value }) => value),
  crossings.map(({ share }) => share),
];

/**
 * Gives up the deliveries that wait for the end of a mute, if their crossing is over. Returns those channels of each crossing
 * that got no notification of it: they do not need one about its end either.
 */
export async function giveUpMuted(
  client: PoolClient,
  crossings: readonly Crossing[],
  fault: string,
): Promise<readonly (Crossing & { readonly channel_id: number })[]> {
  if (crossings.length === 0) return [];
  const { rows } = await client.query<Crossing & { channel_id: number }>(
    `update runfold_internal.alert_delivery d set is_open = false, fault = $5
    from runfold_internal.alert_notification n
    where n.id = d.notification_id and n.state = 'firing' and ${isMutedSql('d')}
      and (n.rule_id, n.budget, n.value, n.share) in (select * from unnest($1::integer[], $2::text[], $3::text[], $4::real[]))
    returning n.rule_id, n.budget::text, n.value::text, n.share, d.channel_id`,
    [...crossingColumns(crossings), fault],
  );
  return rows;
}
