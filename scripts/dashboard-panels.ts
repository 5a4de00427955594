/** The parts of a panel that a person decides. */
export interface Panel {
  readonly kind: 'stat' | 'timeseries' | 'table';
  readonly title: string;
  readonly description: string;
  /** Grafana's name of the unit. Defaults to `short`. */
  readonly unit?: string;
  /** The units of some columns of a table. */
  readonly units?: Readonly<Record<string, string>>;
  readonly targets: readonly { readonly query: string; readonly legend?: string }[];
}

/** A dashboard over one kind of data source. */
export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly source: 'grafana-postgresql-datasource' | 'prometheus';
  readonly from: string;
  readonly variables: readonly object[];
  readonly panels: readonly Panel[];
}

/** The data source that the reader of a dashboard chose in its variable. */
export const datasourceOf = (type: Dashboard['source']) => ({
  type,
  uid: `\${${variableOf[type]}}`,
});
/** The variable for choosing a kind of data source. */
export const variableOf = {
  'grafana-postgresql-datasource': 'postgres',
  prometheus: 'prometheus',
} as const;

const dollars = 'currencyUSD';
const inRange = (column: string) => `project = $project and $__timeFilter(${column})`;
const overTime = '$__timeGroup(bucket_start, $__interval) as "time"';

const stat = (title: string, query: string, unit: string, description: string): Panel => ({
  kind: 'stat',
  title,
  description,
  unit,
  targets: [{ query }],
});

const agents: Dashboard = {
  uid: 'runfold-agents',
  title: 'Runfold: agents',
  description: 'What agents cost, how fast and how well they work: from the SQL views.',
  source: 'grafana-postgresql-datasource',
  from: 'now-7d',
  variables: [
    {
      name: 'project',
      type: 'query',
      label: 'Project',
      query: 'select distinct project from runfold.model_usage order by project',
      datasource: datasourceOf('grafana-postgresql-datasource'),
      refresh: 1,
    },
  ],
  panels: [
    stat(
      'Cost',
      `select sum(cost) as cost from runfold.user_usage where ${inRange('bucket_start')}`,
      dollars,
      'US dollars of messages and tool calls.',
    ),
    stat(
      'Tokens',
      `select sum(total_tokens) as tokens from runfold.model_usage where ${inRange('bucket_start')}`,
      'short',
      'Input and output of the assistant’s messages.',
    ),
    stat(
      'Runs',
      `select sum(runs) as runs from runfold.run_usage where status <> 'paused' and ${inRange('bucket_start')}`,
      'short',
      'Runs that ended.',
    ),
    stat(
      'Failed runs',
      `select (sum(runs) filter (where status = 'error'))::float8 / nullif(sum(runs), 0) as share
from runfold.run_usage where status <> 'paused' and ${inRange('bucket_start')}`,
      'percentunit',
      'Runs that ended with an error, out of all that ended.',
    ),
    stat(
      'Failed tool calls',
      `select sum(tool_errors)::float8 / nullif(sum(tool_calls), 0) as share
from runfold.tool_usage where ${inRange('bucket_start')}`,
      'percentunit',
      'Tool calls that failed, out of all.',
    ),
    stat(
      'Input from cache',
      `select sum(cached_tokens)::float8 / nullif(sum(input_tokens), 0) as share
from runfold.model_usage where ${inRange('bucket_start')}`,
      'percentunit',
      'Cached tokens out of input tokens.',
    ),
    {
      kind: 'timeseries',
      title: 'Cost by model',
      description: 'US dollars in each interval.',
      unit: dollars,
      targets: [
        {
          query: `select ${overTime}, coalesce(model, 'no model') as metric, sum(cost)::float8 as cost
from runfold.model_usage where ${inRange('bucket_start')} group by 1, 2 order by 1`,
        },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Tokens',
      description: 'Input that was not cached, input from a cache, output.',
      targets: [
        {
          query: `select ${overTime}, sum(input_tokens) - coalesce(sum(cached_tokens), 0) as "input",
  sum(cached_tokens) as "cached", sum(output_tokens) as "output"
from runfold.model_usage where ${inRange('bucket_start')} group by 1 order by 1`,
        },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Runs by outcome',
      description: 'Run events in each interval.',
      targets: [
        {
          query: `select ${overTime}, coalesce(status, 'unknown') as metric, sum(runs)::float8 as runs
from runfold.run_usage where ${inRange('bucket_start')} group by 1, 2 order by 1`,
        },
      ],
    },
    {
      kind: 'timeseries',
      title: '95th percentile of message time by model',
      description: 'Seconds, within 1 %, by day of UTC.',
      unit: 's',
      targets: [
        {
          query: `select day::timestamptz as "time", coalesce(name, 'no model') as metric, max(p95) as p95
from runfold.latency_quantiles
where kind = 'message' and ${inRange('day')} group by 1, 2 order by 1`,
        },
      ],
    },
    {
      kind: 'table',
      title: 'Users with the most cost',
      description: 'Each event counts for the user that it names.',
      units: { cost: dollars },
      targets: [
        {
          query: `select coalesce(user_id, 'no user') as "user", sum(cost) as cost, sum(total_tokens) as tokens, sum(runs) as runs
from runfold.user_usage where ${inRange('bucket_start')} group by 1 order by 2 desc nulls last limit 20`,
        },
      ],
    },
    {
      kind: 'table',
      title: 'Agents',
      description: 'Cost, runs and failures of each agent.',
      units: { cost: dollars, 'failed runs': 'percentunit' },
      targets: [
        {
          query: `select coalesce(agent_id, 'no agent') as agent, sum(cost) as cost, sum(runs) as runs,
  sum(failed_runs)::float8 / nullif(sum(runs), 0) as "failed runs"
from runfold.user_usage where ${inRange('bucket_start')} group by 1 order by 2 desc nulls last limit 20`,
        },
      ],
    },
    {
      kind: 'table',
      title: 'Tools',
      description: 'Calls, failures and mean time of each tool.',
      units: { 'mean time': 's', failed: 'percentunit' },
      targets: [
        {
          query: `select coalesce(tool_name, 'no name') as tool, sum(tool_calls) as calls,
  sum(tool_errors)::float8 / nullif(sum(tool_calls), 0) as failed,
  sum(tool_time) / nullif(sum(timed_tool_calls), 0) as "mean time"
from runfold.tool_usage where ${inRange('bucket_start')} group by 1 order by 2 desc limit 20`,
        },
      ],
    },
    {
      kind: 'table',
      title: 'Runs that failed last',
      description: 'With their agent and cost.',
      units: { cost: dollars },
      targets: [
        {
          query: `select ended_at, run_id as run, agent_id as agent, user_id as "user", model, cost
from runfold.runs where status = 'error' and ${inRange('started_at')} order by ended_at desc limit 20`,
        },
      ],
    },
  ],
};

const rate = (metric: string) => `sum(rate(${metric}[$__rate_interval]))`;

const health: Dashboard = {
  uid: 'runfold-health',
  title: 'Runfold: health',
  description: 'Whether Runfold keeps up: from /metrics of its workers and services.',
  source: 'prometheus',
  from: 'now-3h',
  variables: [],
  panels: [
    stat(
      'Lag of the totals',
      'max(runfold_queue_age_seconds)',
      's',
      'How long the oldest job that is not done has waited.',
    ),
    stat(
      'Jobs that wait',
      'max(runfold_queue_jobs{state="waiting"})',
      'short',
      'A job holds up to hundreds of events.',
    ),
    stat(
      'Rejects in a day',
      'sum(increase(runfold_events_rejected_total[1d]))',
      'short',
      'Events that could not be taken. They are kept: see "runfold rejects list".',
    ),
    stat('Rebuilds', 'max(runfold_rebuilds_running)', 'short', 'Rebuilds of totals under way.'),
    stat(
      'Spans that wait',
      'max(runfold_otlp_waiting_spans)',
      'short',
      'OpenTelemetry spans whose parents have not come yet.',
    ),
    stat('Tail streams', 'sum(runfold_http_tail_streams)', 'short', 'Readers of /v1/tail.'),
    {
      kind: 'timeseries',
      title: 'Events per second',
      description: 'New ones, those known already, and rejects.',
      unit: 'eps',
      targets: [
        { query: rate('runfold_events_applied_total'), legend: 'new' },
        { query: rate('runfold_events_duplicate_total'), legend: 'known already' },
        { query: rate('runfold_events_rejected_total'), legend: 'rejected' },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Jobs on the queue',
      description: 'By state.',
      targets: [{ query: 'max by (state) (runfold_queue_jobs)', legend: '{{state}}' }],
    },
    {
      kind: 'timeseries',
      title: 'Time to fold a batch',
      description: 'Median and 99th percentile, waits for Postgres included.',
      unit: 's',
      targets: ['0.5', '0.99'].map((quantile) => ({
        query: `histogram_quantile(${quantile}, sum by (le) (rate(runfold_fold_batch_seconds_bucket[$__rate_interval])))`,
        legend: quantile,
      })),
    },
    {
      kind: 'timeseries',
      title: 'Requests per second',
      description: 'By status.',
      unit: 'reqps',
      targets: [
        {
          query: 'sum by (status) (rate(runfold_http_requests_total[$__rate_interval]))',
          legend: '{{status}}',
        },
      ],
    },
    {
      kind: 'timeseries',
      title: '99th percentile of request time',
      description: 'By route.',
      unit: 's',
      targets: [
        {
          query:
            'histogram_quantile(0.99, sum by (le, route) (rate(runfold_http_request_duration_seconds_bucket[$__rate_interval])))',
          legend: '{{route}}',
        },
      ],
    },
    {
      kind: 'timeseries',
      title: 'CPU',
      description: 'Cores that each process uses.',
      targets: [
        {
          query: 'rate(process_cpu_seconds_total[$__rate_interval])',
          legend: 'cores {{instance}}',
        },
      ],
    },
    {
      kind: 'timeseries',
      title: 'Memory',
      description: 'Resident bytes of each process.',
      unit: 'bytes',
      targets: [{ query: 'process_resident_memory_bytes', legend: '{{instance}}' }],
    },
  ],
};

/** Every dashboard, by the name of its file. */
export const dashboards: readonly Dashboard[] = [agents, health];
