import { eventTypes } from '../../events/metric-event.js';
import { metricFields } from '../../events/metric-fields.js';
import { codeSql, dollarsSql, secondsSql, timestampSql } from '../../store/sql-units.js';
import { tableOf } from '../fold/fold-sql.js';
import { labelUsageProjection } from '../label-usage.js';
import { latencyDayProjection } from '../latency.js';
import { levelsSql, levelValueSql } from '../measures/histogram.js';
import { messageMeasures } from '../measures/message-measures.js';
import { runProjection } from '../run.js';
import { sessionUserProjection } from '../session-user.js';
import { userUsageProjection } from '../user-usage.js';
import { plainView } from './projection-views.js';
import type { View } from './view.js';

const percents = [50, 90, 95, 99];

/** The quantiles of one histogram, like `percentile_disc`, each within 1 %. */
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
  doc: 'One row per day in UTC, kind of time and model or tool: the quantiles of the time, each within 1 %.',
  columns: [
    { name: 'project', sql: 't.project', doc: 'The project; 1 unless projects are used' },
    { name: 'day', sql: `date '1970-01-01' + t.day`, doc: 'The day in UTC' },
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
const sum = (column: string) => `sum(a.${column})`;
const both = (a: string, b: string) => `coalesce(${a} + ${b}, ${a}, ${b})`;

/** The view with one cost: that of messages plus that of tool calls. */
const withOneCost = (view: View): View => ({
  ...view,
  columns: view.columns
    .filter(({ name }) => name !== 'tool_cost')
    .map((column) =>
      column.name === 'cost'
        ? {
            name: 'cost',
            sql: dollarsSql(both('t.cost_nanos', 't.tool_cost_nanos')),
            doc: 'Cost of the messages and tool calls, in US dollars',
          }
        : column,
    ),
});

const userUsageView = withOneCost(plainView(userUsageProjection, 'user_usage'));
const labelUsageView = withOneCost(plainView(labelUsageProjection, 'label_usage'));

const userSums = [
  'assistant_messages',
  'message_errors',
  'metered_messages',
  'unpriced_messages',
  'tool_calls',
  'tool_errors',
  ...tokens.map(({ name }) => name),
  'time_us',
  'tool_time_us',
  'cost_nanos',
  'tool_cost_nanos',
]
  .map((name) => `${sum(name)}::bigint as ${name}`)
  .join(', ');

const users: View = {
  name: 'users',
  doc: 'One row per user: the sums of all events that name the user. Fast for a single user, because of an index.',
  columns: [
    { name: 'project', sql: 't.project', doc: 'The project; 1 unless projects are used' },
    { name: 'user_id', sql: 't.user_id', doc: 'The user' },
    { name: 'sessions', sql: 's.sessions', doc: 'Sessions in which an event names the user' },
    {
      name: 'first_started_at',
      sql: timestampSql('s.started_at_us'),
      doc: "When the first of the user's events began",
    },
    {
      name: 'last_ended_at',
      sql: timestampSql('s.ended_at_us'),
      doc: "When the last of the user's events ended",
    },
    {
      name: 'runs',
      sql: 'r.runs',
      doc: 'Runs of the user. A run whose events name several users belongs to the last in byte order',
    },
    {
      name: 'assistant_messages',
      sql: 'coalesce(u.assistant_messages, 0)',
      doc: 'Messages of the assistant',
    },
    {
      name: 'message_errors',
      sql: 'coalesce(u.message_errors, 0)',
      doc: 'Messages of the assistant that failed',
    },
    {
      name: 'metered_messages',
      sql: 'coalesce(u.metered_messages, 0)',
      doc: 'Messages of the assistant that reported their tokens',
    },
    {
      name: 'unpriced_messages',
      sql: 'coalesce(u.unpriced_messages, 0)',
      doc: messageMeasures.unpriced_messages.doc,
    },
    { name: 'tool_calls', sql: 'coalesce(u.tool_calls, 0)', doc: 'Tool calls' },
    { name: 'tool_errors', sql: 'coalesce(u.tool_errors, 0)', doc: 'Tool calls that failed' },
    ...tokens.map(({ name, doc }) => ({ name, sql: `u.${name}`, doc })),
    {
      name: 'time',
      sql: secondsSql('u.time_us'),
      doc: "Time of the assistant's messages added up, in seconds",
    },
    {
      name: 'tool_time',
      sql: secondsSql('u.tool_time_us'),
      doc: 'Time of the tool calls added up, in seconds',
    },
    {
      name: 'cost',
      sql: dollarsSql(both('u.cost_nanos', 'u.tool_cost_nanos')),
      doc: 'Cost of messages and tool calls, in US dollars',
    },
  ],
  from: `(select t.project, t.user_id from ${tableOf(sessionUserProjection)} t group by t.project, t.user_id) t
  cross join lateral (select count(*) as sessions, min(s.started_at_us) as started_at_us, max(s.ended_at_us) as ended_at_us
    from ${tableOf(sessionUserProjection)} s where s.project = t.project and s.user_id = t.user_id) s
  cross join lateral (select count(*) as runs
    from ${tableOf(runProjection)} r where r.project = t.project and r.user_id = t.user_id) r
  cross join lateral (select ${userSums}
    from ${tableOf(userUsageProjection)} a where a.project = t.project and a.user_id = t.user_id) u`,
  // Servers that each have a part of the rows cannot look up rows of the others one by one.
  from_divided: `(select t.project, t.user_id from ${tableOf(sessionUserProjection)} t group by t.project, t.user_id) t
  join (select s.project, s.user_id, count(*) as sessions, min(s.started_at_us) as started_at_us, max(s.ended_at_us) as ended_at_us
    from ${tableOf(sessionUserProjection)} s group by s.project, s.user_id) s on s.project = t.project and s.user_id = t.user_id
  join (select o.project, o.user_id, sum(o.runs)::bigint as runs from (
      select r.project, r.user_id, 1 as runs from ${tableOf(runProjection)} r where r.user_id is not null
      union all select s.project, s.user_id, 0 from ${tableOf(sessionUserProjection)} s) o
    group by o.project, o.user_id) r on r.project = t.project and r.user_id = t.user_id
  left join (select a.project, a.user_id, ${userSums}
    from ${tableOf(userUsageProjection)} a group by a.project, a.user_id) u on u.project = t.project and u.user_id = t.user_id`,
};

/** The views on usage that show more than the rows of one projection. */
export const usageViews: readonly View[] = [latencyQuantiles, userUsageView, users, labelUsageView];
