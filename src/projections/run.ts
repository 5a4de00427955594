import { textType } from '../events/columns/log-columns.js';
import { timestampSql } from '../store/sql-units.js';
import { defineProjection } from './language/projection.js';
import { isLongSql, lengthClassSql } from './measures/long-runs.js';
import { messageMeasures } from './measures/message-measures.js';
import { assistant, tokenSums } from './measures/token-sums.js';

/** Totals of one run. */
export const runProjection = defineProjection({
  name: 'run',
  view: 'runs',
  doc: 'One row per run: who ran, for how long, and what it used.',
  key: {
    project: { type: 'integer', doc: 'The project; 1 unless projects are used' },
    session_id: { type: textType, doc: 'The conversation' },
    run_id: { type: textType, doc: 'The run' },
  },
  measures: {
    started_at_us: { fold: 'earliest_start', doc: 'When its first event began' },
    ended_at_us: { fold: 'latest', doc: 'When its last event ended' },
    ended_period: { fold: 'latest_period', doc: 'The period of 2^28 µs in which it ended' },
    status: { fold: 'last_status', doc: 'How it ended, by the last run event' },
    parent_run_id: {
      fold: 'agreed',
      of: 'parent_run_id',
      doc: 'The run that delegated to this one',
    },
    agent_id: { fold: 'agreed', of: 'agent_id', doc: 'The agent' },
    agent_name: { fold: 'agreed', of: 'agent_name', doc: "The agent's name" },
    team_id: { fold: 'agreed', of: 'team_id', doc: 'The team' },
    workflow_id: { fold: 'agreed', of: 'workflow_id', doc: 'The workflow' },
    user_id: { fold: 'agreed', of: 'user_id', doc: 'The user' },
    model: { fold: 'last', of: 'model', where: assistant, doc: 'The model that answered last' },
    provider: {
      fold: 'last',
      of: 'provider',
      where: assistant,
      doc: 'The provider that answered last',
    },
    messages: { fold: 'count', where: { type: 'message' }, doc: 'Messages of any role' },
    assistant_messages: messageMeasures.assistant_messages,
    message_errors: messageMeasures.message_errors,
    metered_messages: messageMeasures.metered_messages,
    unpriced_messages: messageMeasures.unpriced_messages,
    tool_calls: { fold: 'count', where: { type: 'tool_call' }, doc: 'Tool calls' },
    tool_errors: {
      fold: 'count',
      where: { type: 'tool_call', failed: true },
      doc: 'Tool calls that failed',
    },
    ...tokenSums,
    time_us: {
      fold: 'sum',
      of: 'time_us',
      unit: 'seconds',
      where: assistant,
      doc: "Time of the assistant's messages added up",
    },
    time_to_first_token_us: {
      fold: 'first',
      of: 'time_to_first_token_us',
      unit: 'seconds',
      where: assistant,
      doc: 'The first non-zero time to first token',
    },
    tool_time_us: {
      fold: 'sum',
      of: 'time_us',
      unit: 'seconds',
      where: { type: 'tool_call' },
      doc: 'Time of the tool calls added up',
    },
    run_time_us: {
      fold: 'sum',
      of: 'time_us',
      unit: 'seconds',
      where: { type: 'run' },
      doc: 'Wall-clock time the run events reported',
    },
    cost_nanos: {
      fold: 'sum',
      of: 'cost_nanos',
      unit: 'dollars',
      // A run event's cost would repeat that of its messages and calls.
      where: { type: ['message', 'tool_call'] },
      doc: 'Cost of its messages and tool calls',
    },
  },
  indexes: {
    run_started_at: { on: ['project', timestampSql('started_at_us'), 'session_id', 'run_id'] },
    // A page of a session's runs, and its first run. It costs one entry per run.
    run_session_id: { on: ['project', 'session_id', timestampSql('started_at_us'), 'run_id'] },
    run_long: {
      on: ['project', 'session_id', lengthClassSql(), 'started_at_us'],
      where: isLongSql(),
    },
    run_user_id: {
      on: ['project', 'user_id', timestampSql('started_at_us'), 'session_id', 'run_id'],
    },
    run_run_id: { on: ['project', 'run_id'] },
    run_parent_run_id: { on: ['project', 'parent_run_id'], where: 'parent_run_id is not null' },
  },
});
