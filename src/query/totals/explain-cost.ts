import type { Database } from '../../postgres/database.js';
import { conditionsOn } from '../conditions.js';
import { type JsonRow, readRows } from '../json-rows.js';
import { gather } from '../readers/readers.js';
import { getRunTree, type RunTree } from './run-tree.js';
import type { RunOptions } from './runs.js';

/** An explanation of a run's cost. */
export interface CostExplanation {
  readonly run_id: string;
  readonly session_id: string;
  /** Dollars of the run's own messages; null if none has a price. */
  readonly cost: number | null;
  /** Dollars of the run and all runs below it. */
  readonly cost_with_children: number | null;
  /** The number of the assistant's messages that report tokens but have no cost. */
  readonly unpriced_messages: number;
  /** The cost of each model, most expensive first. */
  readonly models: readonly JsonRow[];
  /** The most expensive messages. */
  readonly messages: readonly JsonRow[];
  /** The tools that were called, longest total time first. */
  readonly tools: readonly JsonRow[];
  /** The runs that it delegated to, each including all runs below it, most expensive first. */
  readonly children: readonly {
    readonly run_id: string;
    readonly session_id: string;
    readonly agent_id: string | null;
    readonly cost: number | null;
    readonly total_tokens: number | null;
  }[];
}

const mostRows = 20;

/**
 * Explains the cost of a run: by model, message, tool and child run. Corrections count for the message
 * that they correct. Returns undefined if there is no such run.
 * @throws AmbiguousRunError @throws RunTreeTooDeepError @throws RunTreeTooLargeError
 */
export async function explainCost(
  database: Database,
  options: RunOptions,
): Promise<CostExplanation | undefined> {
  const tree = await getRunTree(database, { ...options, max_depth: 1000 });
  if (tree === undefined) return undefined;
  const { run } = tree;
  const where = conditionsOn('m', options);
  where.equal('session_id', 'm.session_id', run.session_id);
  where.equal('run_id', 'm.run_id', run.run_id);
  const { project, session_id } = run;
  const read = async (sql: string) => {
    const [rows] = await gather(database, { project, session_id }, (reader) =>
      readRows<JsonRow>(reader, sql, where.values),
    );
    return rows ?? [];
  };
  const messages = messagesSql(where.sql());
  const [models, dearest, tools] = await Promise.all([
    read(modelsSql(messages)),
    read(dearestSql(messages)),
    read(toolsSql(where.sql())),
  ]);
  return {
    run_id: run.run_id,
    session_id: run.session_id,
    cost: tree.self.cost,
    cost_with_children: tree.subtree.cost,
    unpriced_messages: tree.self.unpriced_messages,
    models,
    messages: dearest,
    tools,
    children: childrenOf(tree),
  };
}

/** Messages of the run, each including its corrections. */
const messagesSql = (where: string) => `select coalesce(m.corrects, m.id) as id,
    bool_or(m.role = 'assistant' and m.corrects is null) as is_assistant,
    min(m.occurred_at) as occurred_at, max(m.provider) as provider, max(m.model) as model,
    max(m.cost_source) filter (where m.cost_source is not null) as cost_source,
    sum(m.input_tokens) as input_tokens, sum(m.cached_tokens) as cached_tokens,
    sum(m.cache_write_tokens) as cache_write_tokens, sum(m.output_tokens) as output_tokens,
    sum(m.reasoning_tokens) as reasoning_tokens, sum(m.cost) as cost
  from runfold.messages m where ${where} group by 1`;

const modelsSql = (messages: string) => `select row_to_json(x) as row from (
  select g.provider, g.model, count(*) filter (where g.is_assistant) as messages,
    sum(g.input_tokens) as input_tokens, sum(g.cached_tokens) as cached_tokens,
    sum(g.cache_write_tokens) as cache_write_tokens, sum(g.output_tokens) as output_tokens,
    sum(g.reasoning_tokens) as reasoning_tokens, sum(g.cost) as cost
  from (${messages}) g group by 1, 2
  order by cost desc nulls last, g.provider, g.model limit ${mostRows}) x`;

const dearestSql = (messages: string) => `select row_to_json(x) as row from (
  select g.id, g.occurred_at, g.model, g.input_tokens, g.cached_tokens, g.output_tokens,
    g.reasoning_tokens, g.cost, g.cost_source
  from (${messages}) g where g.cost is not null
  order by g.cost desc, g.id limit 5) x`;

const toolsSql = (where: string) => `select row_to_json(x) as row from (
  select m.tool_name, count(*) filter (where m.corrects is null) as calls,
    count(*) filter (where m.error) as errors, sum(m.time) as time
  from runfold.tool_calls m where ${where} group by 1
  order by time desc nulls last, m.tool_name limit ${mostRows}) x`;

function childrenOf({ children }: RunTree): CostExplanation['children'] {
  return children
    .map(({ run, subtree }) => ({
      run_id: run.run_id,
      session_id: run.session_id,
      agent_id: run.agent_id,
      cost: subtree.cost,
      total_tokens: subtree.total_tokens,
    }))
    .sort((a, b) => (b.cost ?? 0) - (a.cost ?? 0))
    .slice(0, mostRows);
}
