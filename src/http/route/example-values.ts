import { metricFields } from '../../events/metric-fields.js';
import { agnoMetricNames, isTokenMetric } from '../../query/agno/agno-metrics.js';
import { alertExamples } from './alert-examples.js';
import { budgetExamples } from './budget-examples.js';

const who = { run_id: 'run-1', session_id: 'session-1', agent_id: 'helper', user_id: 'user-1' };

/** The events in the reference. Its other examples are the result of these events. */
export const exampleEvents = [
  {
    type: 'message',
    id: 'message-1',
    ...who,
    role: 'assistant',
    model: 'gpt-5-mini',
    provider: 'openai',
    occurred_at: '2026-03-04T09:30:02Z',
    metrics: { input_tokens: 1200, output_tokens: 80, time: 1.4, cost: 0.00046 },
  },
  {
    type: 'tool_call',
    id: 'call-1',
    ...who,
    tool_name: 'search',
    occurred_at: '2026-03-04T09:30:03Z',
    metrics: { time: 0.3 },
  },
  {
    type: 'run',
    id: 'run-1-end',
    ...who,
    status: 'completed',
    occurred_at: '2026-03-04T09:30:04Z',
    metrics: { time: 1.9 },
  },
] as const;

const tokens = ['input_tokens', 'output_tokens', 'total_tokens'];
/** Figures that Agno writes as zero if nothing was reported. */
const zeros = agnoMetricNames.filter((name) => isTokenMetric(name) && !tokens.includes(name));
const valued = (schema: string, names: readonly string[], value: null | undefined) =>
  Object.fromEntries(names.map((name) => [`${schema}.${name}`, value]));
const nothing = (schema: string, names: readonly string[]) => valued(schema, names, null);
const absent = (schema: string, names: readonly string[]) => valued(schema, names, undefined);

/** Figures of usage by model that the events of the examples do not report. */
const unreported = [
  ...['mean_time_to_first_token', 'cache_hit_rate'],
  ...metricFields
    .filter(({ kind }) => kind === 'tokens')
    .map(({ name }) => name)
    .filter((name) => !tokens.includes(name)),
  ...['p50', 'p90', 'p95', 'p99'].map((quantile) => `time_to_first_token_${quantile}`),
];
/** Figures that are not kept by model. */
const notByModel = [
  ...['runs', 'failed_runs', 'run_error_rate', 'run_time', 'tool_calls', 'tool_errors'],
  ...['tool_time', 'mean_tool_time', 'error_rate'],
  ...['run_time', 'tool_time'].flatMap((name) =>
    ['p50', 'p90', 'p95', 'p99'].map((quantile) => `${name}_${quantile}`),
  ),
];

/**
 * The example value of a field, by its name or by its schema and name. A field without a value
 * here is null if it may be, and otherwise left out or empty.
 */
export const exampleValues: Readonly<Record<string, unknown>> = {
  ...who,
  root_agent_id: who.agent_id,
  project: 1,
  model: 'gpt-5-mini',
  provider: 'openai',
  tool_name: 'search',
  status: 'completed',
  role: 'assistant',
  type: 'message',
  input_tokens: 1200,
  output_tokens: 80,
  total_tokens: 1280,
  cost: 0.00046,
  time: 1.4,
  tool_time: 0.3,
  run_time: 1.9,
  runs: 1,
  dry_run: false,
  messages: 1,
  assistant_messages: 1,
  message_errors: 0,
  metered_messages: 1,
  unpriced_messages: 0,
  pricing: null,
  tool_calls: 1,
  // A message began before its end by its time.
  started_at: '2026-03-04T09:30:00.600Z',
  ended_at: '2026-03-04T09:30:04.000Z',
  occurred_at: '2026-03-04T09:30:02.000Z',
  recorded_at: '2026-03-04T09:30:02.120Z',
  id: 'message-1',
  'ToolCall.id': 'call-1',
  'ToolCall.occurred_at': '2026-03-04T09:30:03.000Z',
  'ToolCall.time': 0.3,
  ...nothing('ToolCall', ['model', 'provider', 'cost', ...tokens]),
  'RunStep.name': 'gpt-5-mini',
  'RunStep.ended_at': '2026-03-04T09:30:02.000Z',
  tool_errors: 0,
  corrections: 0,
  cost_source: 'reported',
  'ToolCall.cost_source': null,
  ...nothing('LoggedEvent', ['status', 'tool_name']),
  ...Object.fromEntries(zeros.map((name) => [`SessionMetrics.${name}`, 0])),
  'UsageSeries.from': '2026-03-04T00:00:00.000Z',
  'UsageSeries.to': '2026-03-05T00:00:00.000Z',
  'UsageSeries.bucket': 'day',
  'UsageSeries.time_zone': 'UTC',
  'UsageSeries.group_by': 'model',
  bucket_start: '2026-03-04T00:00:00.000Z',
  bucket_local: '2026-03-04 00:00',
  tokens_per_second: 80 / 1.4,
  mean_time: 1.4,
  ...nothing('UsageSeries', unreported),
  ...absent('UsageSeries', notByModel),
  ...absent('UsageSeries', ['agent_id', 'provider', 'tool_name', 'team_id', 'user_id']),
  ...Object.fromEntries(
    // Within 1 % of 1.4: the middle of its bucket.
    ['p50', 'p90', 'p95', 'p99'].map((name) => [`time_${name}`, 1.39781616207667]),
  ),
  ...budgetExamples,
  ...alertExamples,
  'Price.model': 'my-model',
  'Price.input': 0.4,
  'Price.output': 1.6,
  'Price.cached': 0.1,
  dropped: 1,
  applied: true,
  correction: '6f1d0c9e-3b52-5a8e-9d4f-2c7b1e0a9f31',
  'Correction.name': 'input_tokens',
  'Correction.from': 1200,
  'Correction.to': 123,
  ...nothing('ToolCall', ['hold_id']),
  ...nothing('Message', ['hold_id']),
  received_at: '2026-03-04T09:30:02.120Z',
  'Reject.id': '6f1d0c9e-3b52-5a8e-9d4f-2c7b1e0a9f31',
  'Reject.code': 'invalid_event',
  'Reject.message': 'run_id: expected a string of 1 to 200 characters, got nothing',
  'Reject.payload': '{"type":"message"}',
  'Reject.job_id': '42',
  'Status.version': '0.1.0',
  'Status.tier': 'redis+postgres',
  'Status.id': 1,
  'Status.name': 'default',
  'Status.key': {
    id: '0f9c2b7a1d3e4c5b',
    name: 'agents',
    scopes: ['read'],
    expires_at: null,
  },
  'Status.kept_together': 'agent_id',
  'Status.time_zones': 'UTC',
  'Status.time_zone': null,
  'Status.keys_needed': true,
  'Status.last_occurred_at': '2026-03-04T09:30:04.000Z',
  'Audit.key': { session_id: 's-1' },
  'Audit.id': '0d0c7c1e-8b1e-4f57-9f0e-6a7d3c2b1a90',
  'Audit.state': 'equal',
  'Audit.snapshot_at': '2026-03-04T09:30:05.000Z',
  'Audit.seconds': 0.4,
  'Audit.events': 3,
  'Key.id': '0f9c2b7a1d3e4c5b',
  key_id: '0f9c2b7a1d3e4c5b',
  name: 'agents',
  scopes: 'ingest',
  key: 'rf_0f9c2b7a1d3e4c5b_…',
  created_at: '2026-03-04T09:00:00.000Z',
  last_used_at: null,
  revoked_at: null,
  expires_at: null,
  kind: 'key',
  parent_id: null,
  'SignedIn.scopes': 'read',
  'SignedIn.expires_at': '2026-03-04T21:30:00.000Z',
  'Project.id': 1,
  'Project.name': 'shop',
  'Project.time_zone': 'Europe/Berlin',
  'ListedProject.id': 1,
  'ListedProject.name': 'shop',
  'ListedProject.time_zone': 'Europe/Berlin',
  label_name: 'customer',
  'LabelName.name': 'customer',
  'LabelName.values': 'acme',
  has_more_values: false,
  'LabelName.last_used_at': '2026-03-04T09:30:00.000Z',
  'LabelValue.last_used_at': '2026-03-04T09:30:00.000Z',
  since: '2026-03-04T09:30:05.000Z',
  project_id: 1,
  rebuild_id: '5b1f0f0e-7f3f-4c55-9d0b-0a8a5a0f2a11',
  'Rebuild.id': '5b1f0f0e-7f3f-4c55-9d0b-0a8a5a0f2a11',
  'Rebuild.state': 'running',
  'Rebuild.step': 'fold',
};
