import { timestampSql } from '../../store/sql-units.js';
import { quarterMicros } from '../time-buckets.js';
import type { View } from './view.js';

const project = {
  name: 'project',
  sql: 'r.project',
  doc: 'The project; 1 unless projects are used',
};

/** The alerts that are firing, and their notifications. */
export const alertViews: readonly View[] = [
  {
    name: 'alerts',
    doc: 'One row per rule and value that is pending, is firing or has resolved.',
    columns: [
      project,
      { name: 'rule', sql: 'r.name', doc: 'The rule' },
      { name: 'kind', sql: 'r.kind', doc: 'The kind of the rule' },
      { name: 'budget', sql: "nullif(s.budget, '')", doc: 'The budget, for a rule about budgets' },
      {
        name: 'value',
        sql: "nullif(s.value, '')",
        doc: 'The user, agent, model, tool …; null for the project',
      },
      { name: 'share', sql: 'nullif(s.share, 0)', doc: 'The share of the limit, in percent' },
      { name: 'state', sql: 's.state', doc: 'pending, firing or resolved' },
      { name: 'since', sql: 's.since', doc: 'When it entered this state' },
      {
        name: 'window_start',
        sql: `case when s.window_first <> 0 then ${timestampSql(`(s.window_first::bigint * ${quarterMicros})`)} end`,
        doc: 'When the window of the budget began',
      },
    ],
    from: 'runfold_internal.alert_state s join runfold_internal.alert_rule r on r.id = s.rule_id',
  },
  {
    name: 'alert_history',
    doc: 'One row per notification and channel: what fired or resolved, and whether it was delivered.',
    columns: [
      { ...project, sql: 'n.project' },
      { name: 'id', sql: 'n.id', doc: 'The notification' },
      { name: 'rule', sql: 'n.rule', doc: 'The rule' },
      { name: 'state', sql: 'n.state', doc: 'firing or resolved' },
      { name: 'budget', sql: "nullif(n.budget, '')", doc: 'The budget, for a rule about budgets' },
      {
        name: 'value',
        sql: "nullif(n.value, '')",
        doc: 'The user, agent, model, tool …; null for the project',
      },
      { name: 'share', sql: 'nullif(n.share, 0)', doc: 'The share of the limit, in percent' },
      { name: 'figure', sql: "(n.body->'data'->>'figure')::float8", doc: 'What was measured' },
      { name: 'created_at', sql: 'n.created_at', doc: 'When it was written' },
      {
        name: 'channel',
        sql: 'd.channel',
        doc: 'The channel it goes to; null if the rule has none',
      },
      { name: 'attempts', sql: 'd.attempts', doc: 'How often it was tried' },
      { name: 'delivered_at', sql: 'd.delivered_at', doc: 'When it was delivered' },
      { name: 'fault', sql: 'd.fault', doc: 'Why the last attempt failed' },
    ],
    from: `runfold_internal.alert_notification n
  left join runfold_internal.alert_delivery d on d.notification_id = n.id`,
  },
];
