import { describeValue } from '../events/fault.js';
import type { Database } from '../postgres/database.js';
import { isMutedSql } from './look/give-up-muted.js';
import { type AlertRule, ruleColumns } from './rules.js';
import { InvalidAlertError } from './send/alert-errors.js';

/** The longest mute in minutes: 30 days. */
export const mostMuteMinutes = 43_200;
export const mutePhrase = `an integer from 0 to ${mostMuteMinutes}, in minutes`;

/** The rule to mute, and for how long. */
export interface MuteOptions {
  /** Defaults to 1. */
  readonly project?: number | undefined;
  readonly name: string;
  /** Counted from now; 0 ends a mute. At most 43,200, which is 30 days. */
  readonly minutes: number;
}

/**
 * Mutes a rule: it is still evaluated and its history continues, but its channels get notifications
 * only when the mute ends, for values that are still firing then. Undefined if there is no such
 * rule.
 * @throws InvalidAlertError
 */
export async function muteRule(
  database: Database,
  { project = 1, name, minutes }: MuteOptions,
): Promise<AlertRule | undefined> {
  if (!Number.isInteger(minutes) || minutes < 0 || minutes > mostMuteMinutes) {
    throw new InvalidAlertError([
      { field: 'minutes', expected: mutePhrase, got: describeValue(minutes) },
    ]);
  }
  const [muted] = await database.query<AlertRule & Record<string, unknown>>(
    `with muted as (
      update runfold_internal.alert_rule set
        muted_until = case when $3 = 0 then null else now() + make_interval(mins => $3) end
      where project = $1 and name = $2 returning *),
    waiting as (
      update runfold_internal.alert_delivery d set next_at = coalesce(m.muted_until, now()),
        created_at = coalesce(m.muted_until, now())
      from muted m join runfold_internal.alert_notification n on n.rule_id = m.id
      where d.notification_id = n.id and ${isMutedSql('d')})
    select ${ruleColumns} from muted r`,
    [project, name, minutes],
  );
  return muted;
}
