import type { Database } from '#runfold/postgres/database.js';
import type { ModelTotals } from './model.js';

const number = (value: string | null) => (value === null ? null : BigInt(value));

/** The totals in the public views, in the model's form; for one project, if given. */
export async function readTotals(
  database: Database,
  project?: number,
): Promise<{
  runs: Map<string, ModelTotals>;
  sessions: Map<string, ModelTotals>;
}> {
  const read = async (view: 'runs' | 'sessions') => {
    const rows = await database.query<Record<string, string | null>>(
      `
      select ${view === 'runs' ? "session_id || '/' || run_id" : 'session_id'} as key,
        ${view === 'runs' ? '1::text as runs, status' : 'runs::text, null as status'},
        messages::text, assistant_messages::text,
        message_errors::text, metered_messages::text, unpriced_messages::text, tool_calls::text, tool_errors::text,
        input_tokens::text, output_tokens::text, total_tokens::text, cached_tokens::text,
        reasoning_tokens::text, cache_write_1h_tokens::text,
        (time * 1000000)::bigint::text as time, (tool_time * 1000000)::bigint::text as tool_time,
        (run_time * 1000000)::bigint::text as run_time, (cost * 1000000000)::bigint::text as cost,
        (time_to_first_token * 1000000)::bigint::text as time_to_first_token,
        (extract(epoch from started_at) * 1000000)::bigint::text as started_at,
        (extract(epoch from ended_at) * 1000000)::bigint::text as ended_at,
        model, user_id
      from runfold.${view} where $1::integer is null or project = $1`,
      [project ?? null],
    );
    return new Map(rows.map((row) => [row.key ?? '', totalsOf(row)]));
  };
  return { runs: await read('runs'), sessions: await read('sessions') };
}

function totalsOf(row: Record<string, string | null>): ModelTotals {
  const sum = (name: string) => number(row[name] ?? null);
  return {
    runs: Number(row.runs),
    messages: Number(row.messages),
    assistant_messages: Number(row.assistant_messages),
    message_errors: Number(row.message_errors),
    metered_messages: Number(row.metered_messages),
    unpriced_messages: Number(row.unpriced_messages),
    tool_calls: Number(row.tool_calls),
    tool_errors: Number(row.tool_errors),
    sums: Object.fromEntries(
      [
        'input_tokens',
        'output_tokens',
        'total_tokens',
        'cached_tokens',
        'reasoning_tokens',
        'cache_write_1h_tokens',
        'time',
        'tool_time',
        'run_time',
        'cost',
      ].map((name) => [name, sum(name)]),
    ),
    status: row.status ?? null,
    started_at: sum('started_at'),
    ended_at: sum('ended_at'),
    time_to_first_token: sum('time_to_first_token'),
    model: row.model ?? null,
    user_id: row.user_id ?? null,
  };
}
