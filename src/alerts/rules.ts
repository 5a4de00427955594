import { codeOf } from '../environment/error-fields.js';
import type { Database } from '../postgres/database.js';
import { uniqueViolation } from '../postgres/sql-states.js';
import { utcTextSql } from '../store/sql-units.js';
import { checkedAlert } from './checked-alert.js';
import { isMutedSql } from './look/give-up-muted.js';
import { type NewRule, newRuleSchema, type RuleSettings } from './new-rule.js';
import { AlertExistsError, InvalidAlertError } from './send/alert-errors.js';

/** The state of one value of a rule. */
export interface AlertState {
  readonly state: 'pending' | 'firing';
  /** The budget, for a rule about budgets. */
  readonly budget: string | null;
  /** The user, agent, model, tool …; null for the project. */
  readonly value: string | null;
  /** The share of the limit, in percent, for a rule about budgets. */
  readonly share: number | null;
  /** RFC 3339 in UTC. */
  readonly since: string;
}

/** A rule, and how many of its values are firing. */
export interface AlertRule {
  readonly name: string;
  readonly project: number;
  readonly kind: RuleSettings['kind'];
  /** Thresholds and windows of its kind. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly channels: readonly string[];
  readonly for_minutes: number;
  readonly firing: number;
  readonly pending: number;
  /** The values that are firing, then those that are pending, the longest first; at most 20. */
  readonly states: readonly AlertState[];
  /** The end of its mute, RFC 3339 in UTC; null if it is not muted. */
  readonly muted_until: string | null;
  /** RFC 3339 in UTC. */
  readonly created_at: string;
}

/** The columns of a rule `r` as `AlertRule` has them. */
export const ruleColumns = `r.name::text, r.project, r.kind, r.settings, r.channels::text[], r.for_seconds / 60 as for_minutes,
  (select count(*)::integer from runfold_internal.alert_state s where s.rule_id = r.id and s.state = 'firing') as firing,
  (select count(*)::integer from runfold_internal.alert_state s where s.rule_id = r.id and s.state = 'pending') as pending,
  coalesce((select json_agg(json_build_object('state', s.state, 'budget', nullif(s.budget, ''), 'value', nullif(s.value, ''),
      'share', nullif(s.share, 0), 'since', ${utcTextSql('s.since')}))
    from (select * from runfold_internal.alert_state s where s.rule_id = r.id and s.state in ('firing', 'pending')
      order by s.state, s.since, s.budget, s.value, s.share limit 20) s), '[]') as states,
  case when r.muted_until > now() then ${utcTextSql('r.muted_until')} end as muted_until,
  ${utcTextSql('r.created_at')} as created_at`;

/** Creates a rule. @throws InvalidAlertError, AlertExistsError */
export async function createRule(
  database: Database,
  options: NewRule & { readonly project?: number | undefined },
): Promise<AlertRule> {
  const { project = 1, ...given } = options;
  const rule = checkedAlert(newRuleSchema, given);
  const { name: own, kind, channels, for_minutes, ...settings } = rule;
  const known = await database.query<{ name: string }>(
    'select name::text from runfold_internal.alert_channel where project = $1 and name = any($2)',
    [project, channels],
  );
  const unknown = channels.filter((one) => !known.some((channel) => channel.name === one));
  if (unknown.length > 0) {
    throw new InvalidAlertError([
      { field: 'channels', expected: 'existing channels', got: unknown.join(', ') },
    ]);
  }
  if (rule.kind === 'budget' && rule.budget !== undefined) {
    const budgets = await database.query(
      'select from runfold_internal.budget where project = $1 and name = $2',
      [project, rule.budget],
    );
    if (budgets.length === 0) {
      throw new InvalidAlertError([
        { field: 'budget', expected: 'an existing budget', got: rule.budget },
      ]);
    }
  }
  try {
    const [made] = await database.query<AlertRule & Record<string, unknown>>(
      `with made as (insert into runfold_internal.alert_rule (project, name, kind, settings, channels, for_seconds)
        values ($1, $2, $3, $4, $5, $6) returning *) select ${ruleColumns} from made r`,
      [project, own, kind, JSON.stringify(settings), [...new Set(channels)], for_minutes * 60],
    );
    if (made === undefined) throw new Error('Expected the rule, got nothing.');
    return made;
  } catch (error) {
    if (codeOf(error) === uniqueViolation) throw new AlertExistsError('rule', own);
    throw error;
  }
}

/** The rules of a project, by name. */
export async function listRules(
  database: Database,
  { project = 1 }: { readonly project?: number | undefined } = {},
): Promise<AlertRule[]> {
  return database.query<AlertRule & Record<string, unknown>>(
    `select ${ruleColumns} from runfold_internal.alert_rule r where r.project = $1 order by r.name`,
    [project],
  );
}

/**
 * Deletes a rule and its states; its history is kept. Returns undefined if no rule has that name.
 */
export async function dropRule(
  database: Database,
  options: { readonly project?: number | undefined; readonly name: string },
): Promise<AlertRule | undefined> {
  const [dropped] = await database.query<AlertRule & Record<string, unknown>>(
    `with gone as (delete from runfold_internal.alert_rule where project = $1 and name = $2 returning *),
    ended as (delete from runfold_internal.alert_state where rule_id in (select id from gone)),
    muted as (update runfold_internal.alert_delivery d set is_open = false, fault = 'The rule was dropped while it was muted.'
      where ${isMutedSql('d')} and d.notification_id in (select n.id from runfold_internal.alert_notification n
        where n.rule_id in (select id from gone)))
    select ${ruleColumns} from gone r`,
    [options.project ?? 1, options.name],
  );
  return dropped;
}
