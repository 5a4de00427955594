import type { PoolClient } from 'pg';

/**
 * Whether a delivery, with this alias, waits for the end of a mute: it is not due and was never
 * tried.
 */
export const isMutedSql = (alias: string) =>
  `${alias}.is_open and ${alias}.attempts = 0 and ${alias}.next_at > now()`;

/** The crossing of a rule. */
interface Crossing {
  readonly rule_id: number;
  readonly budget: string;
  readonly value: string;
  readonly share: number;
}

/**
 * Gives up the deliveries that wait for the end of a mute, if their crossing is over. Returns the
 * channels that got no notification of it: they do not need one about its end either.
 */
export async function giveUpMuted(
  client: PoolClient,
  { rule_id, budget, value, share }: Crossing,
  fault: string,
): Promise<readonly number[]> {
  const { rows } = await client.query<{ channel_id: number }>(
    `update runfold_internal.alert_delivery d set is_open = false, fault = $5
    from runfold_internal.alert_notification n
    where n.id = d.notification_id and n.rule_id = $1 and n.budget = $2 and n.value = $3 and n.share = $4::real
      and n.state = 'firing' and ${isMutedSql('d')}
    returning d.channel_id`,
    [rule_id, budget, value, share, fault],
  );
  return rows.map(({ channel_id }) => channel_id);
}
