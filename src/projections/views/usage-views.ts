import { eventTypes } from '../../events/metric-event.js';
import { metricFields } from '../../events/metric-fields.js';
import { codeSql, dollarsSql, secondsSql, timestampSql } from '../../store/sql-units.js';
import { tableOf } from '../fold/fold-sql.js';
import { levelsSql, levelValueSql } from '../language/histogram.js';
import { latencyDayProjection } from '../latency.js';
import { sessionProjection } from '../session.js';
import type { View } from './view.js';

const percents = [50, 90, 95, 99];

/** The quantiles of one histogram, as `percentile_disc` has them, each within 1 %. */
const quantilesSql = `select max(r.total)::bigint as events,
      ${percents
        .map((percent) => {
          const level = `(min(r.level) filter (where 100 * r.up_to >= ${percent} * r.total))`;
          return `${levelValueSql(level)} / 1e6 as p${percent}`;
        })
        .join(',\n      ')}
    from (select c.level, sum(c.events) over (order by c.level) as up_to, sum(c.events) over () as total
      from (${levelsSql('h.levels')}) c) r`;

const latencyQuantiles: View = {
  name: 'latency_quantiles',
  doc: 'One row a day of UTC, kind of time and model or tool: the quantiles of the time, each within 1 %.',
  columns: [
    { name: 'project', sql: 't.project', doc: 'The project; 1 unless projects are used' },
    { name: 'day', sql: `date '1970-01-01' + t.day`, doc: 'The day of UTC' },
    {
      name: 'kind',
      sql: `case when h.is_first_token then 'time_to_first_token' else ${codeSql('t.type', eventTypes)} end`,
      doc: 'message, time_to_first_token, tool_call or run',
    },
    { name: 'provider', sql: `nullif(t.provider, '')`, doc: 'The provider of a message' },
    {
      name: 'name',
      sql: `nullif(t.name, '')`,
      doc: 'The model of a message, the tool of a call, null for runs',
    },
    { name: 'events', sql: 'q.events', doc: 'How many reported the time' },
    ...percents.map((percent) => ({
      name: `p${percent}`,
      sql: `q.p${percent}`,
      doc: `The time that ${percent} % did not exceed, in seconds`,
    })),
  ],
  from: `${tableOf(latencyDayProjection)} t
  cross join lateral (values (t.time_levels, false), (t.first_token_levels, true)) as h(levels, is_first_token)
  cross join lateral (${quantilesSql}) q
  where h.levels is not null`,
};

const tokens = metricFields.filter(({ kind }) => kind === 'tokens');
const counts = [
  { name: 'runs', doc: 'Runs' },
  { name: 'assistant_messages', doc: 'Messages of the assistant' },
  { name: 'tool_calls', doc: 'Tool calls' },
  { name: 'tool_errors', doc: 'Tool calls that failed' },
];
const sum = (column: string) => `sum(t.${column})`;

const users: View = {
  name: 'users',
  doc: 'One row a user: the sessions of the user added up. Cheap for one user, who has an index.',
  columns: [
    { name: 'project', sql: 't.project', doc: 'The project; 1 unless projects are used' },
    { name: 'user_id', sql: 't.user_id', doc: 'The user' },
    { name: 'sessions', sql: 'count(*)', doc: 'Sessions' },
    {
      name: 'first_started_at',
      sql: timestampSql('min(t.started_at_us)'),
      doc: 'When the first session began',
    },
    {
      name: 'last_ended_at',
      sql: timestampSql('max(t.ended_at_us)'),
      doc: 'When the last session ended',
    },
    ...counts.map(({ name, doc }) => ({ name, sql: `${sum(name)}::bigint`, doc })),
    ...tokens.map(({ name, doc }) => ({ name, sql: `${sum(name)}::bigint`, doc })),
    {
      name: 'time',
      sql: secondsSql(sum('time_us')),
      doc: "Time of the assistant's messages added up, in seconds",
    },
    {
      name: 'tool_time',
      sql: secondsSql(sum('tool_time_us')),
      doc: 'Time of the tool calls added up, in seconds',
    },
    {
      name: 'cost',
      sql: dollarsSql(sum('cost_nanos')),
      doc: 'Cost of messages and tool calls, in US dollars',
    },
  ],
  from: `${tableOf(sessionProjection)} t
  where t.user_id is not null group by t.project, t.user_id`,
};

/** The views on usage that show more than the rows of one projection. */
export const usageViews: readonly View[] = [latencyQuantiles, users];
