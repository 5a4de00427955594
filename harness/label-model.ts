import type { MetricEvent } from '#runfold/events/metric-event.js';
import type { Database } from '#runfold/postgres/database.js';

/** Rows by the JSON of their key, with their figures. Their order does not matter. */
type Rows = Map<string, unknown>;

const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
const scaled = (value: number | undefined, digits: number) =>
  value === undefined ? 0n : BigInt(Math.round(value * 10 ** digits));

/**
 * The expected rows of `runfold.run_labels` and `runfold.label_usage` for some events, computed in
 * plain JavaScript.
 */
export function labelModelOf(events: readonly MetricEvent[]): { runs: Rows; usage: Rows } {
  const once = new Map(events.map((event) => [`${event.session_id}\n${event.id}`, event]));
  const runs = new Map<string, string>();
  const usage = new Map<string, Record<string, bigint>>();
  for (const event of once.values()) {
    const { metrics = {}, corrects, labels = {} } = event;
    for (const [name, value = ''] of Object.entries(labels)) {
      const run = JSON.stringify([event.session_id, event.run_id, name]);
      const known = runs.get(run);
      if (known === undefined || byBytes(known, value) < 0) runs.set(run, value);

      const isAnswer = event.type === 'message' && event.role === 'assistant';
      if (event.type === 'message' && !isAnswer && metrics.cost === undefined) continue;
      const served = event.type === 'message' ? [event.provider, event.model] : [];
      const bucket = Math.floor(Date.parse(event.occurred_at) / 900_000) * 900_000;
      const key = JSON.stringify([name, value, bucket, served[0] ?? null, served[1] ?? null]);
      const row = usage.get(key) ?? {
        messages: 0n,
        calls: 0n,
        errors: 0n,
        runs: 0n,
        tokens: 0n,
        cost: 0n,
      };
      usage.set(key, row);
      const add = (column: string, amount: bigint) => {
        row[column] = (row[column] ?? 0n) + amount;
      };
      if (corrects === undefined && isAnswer) add('messages', 1n);
      if (corrects === undefined && event.type === 'tool_call') {
        add('calls', 1n);
        if (event.error !== undefined && event.error !== false) add('errors', 1n);
      }
      if (corrects === undefined && event.type === 'run' && event.status !== 'paused')
        add('runs', 1n);
      if (isAnswer) add('tokens', BigInt(metrics.total_tokens ?? 0));
      if (event.type !== 'run') add('cost', scaled(metrics.cost, 9));
    }
  }
  return { runs, usage };
}

/** The same rows from the views. */
export async function readLabels(database: Database): Promise<{ runs: Rows; usage: Rows }> {
  const runs = await database.query<Record<string, string>>('select * from runfold.run_labels');
  const usage = await database.query<Record<string, string | null>>(
    `select name, value, (extract(epoch from bucket_start) * 1000)::bigint::text as bucket, provider, model,
      assistant_messages::text as messages, tool_calls::text as calls, tool_errors::text as errors,
      runs::text as runs, coalesce(total_tokens, 0)::text as tokens,
      (coalesce(cost, 0) * 1000000000)::bigint::text as cost
    from runfold.label_usage`,
  );
  return {
    runs: new Map(
      runs.map((row) => [JSON.stringify([row.session_id, row.run_id, row.name]), row.value]),
    ),
    usage: new Map(
      usage.map(({ name, value, bucket, provider, model, ...figures }) => [
        JSON.stringify([name, value, Number(bucket), provider, model]),
        Object.fromEntries(
          Object.entries(figures).map(([figure, text]) => [figure, BigInt(text ?? 0)]),
        ),
      ]),
    ),
  };
}
