import { eventAt } from '../events/columns/event-columns.js';
import { type LogColumn, logColumns } from '../events/columns/log-columns.js';
import { isNameBased } from '../events/event-id.js';
import { metricColumn, metricFields } from '../events/metric-fields.js';
import { fullName, type TableNames, wholeStore } from '../store/shards/table-names.js';
import { type EventBatch, jobOf } from './batch.js';
import type { RunStatement } from './batch-statement.js';
import { type Reject, shortPayload, toReject } from './reject.js';

/**
 * The code of a reject whose id belongs to an earlier event with other content. The earlier event
 * counts.
 */
export const otherContent = 'other_content';

/**
 * An event of a batch that the log holds with different content: its position in `order`, and the
 * fields.
 */
export type Difference = readonly [index: number, fields: readonly string[]];

/** Finds the events of a batch that the log holds with different content. */
export type CompareContent = (batch: EventBatch) => Promise<readonly Difference[]>;

/**
 * Fields that are part of the key or do not come from the sender: a missing time becomes the time
 * of the call.
 */
const notCompared = ['project', 'session_id', 'id', 'occurred_at_us', 'cost_source', 'hold_id'];

/**
 * The statement that compares a batch with the log. It takes the same parameters as the statement
 * that appends, writes nothing, and returns one row: `found`, an array of differences. A cost that
 * the store computed is not compared, because prices may have changed since. `offset 0` makes
 * Postgres look up each event by the log's key whatever the statistics are.
 */
export function otherContentSql(tables: TableNames = wholeStore): string {
  const arrays = logColumns
    .map(({ name, type }, at) => `unnest($${at + 2}::${type.split(' ')[0]}[]) as ${name}`)
    .join(', ');
  const compared = logColumns.filter(({ name }) => !notCompared.includes(name));
  const rows = (alias: string) => compared.map((column) => contentOf(column, alias)).join(', ');
  const fields = compared.map(
    (column) => `case when ${contentOf(column, 'e')} is distinct from ${contentOf(column, 'i')}
      then '${fieldOf(column.name)}' end`,
  );
  return `with incoming as materialized (
  select (row_number() over ())::integer - 1 as place, u.* from (select ${arrays}) u)
select coalesce(json_agg(json_build_array(i.place, array_remove(array[${fields.join(', ')}], null))
    order by i.place), '[]'::json) as found, $1::json is null as nothing
from incoming i cross join lateral (select e.* from ${fullName(tables, 'event')} e
  where e.project = i.project and e.session_id = i.session_id and e.id = i.id offset 0) e
where (${rows('e')}) is distinct from (${rows('i')})`;
}

/** A column as it is compared: `json` has no equality, and the order of labels has no meaning. */
function contentOf({ name, type }: LogColumn, alias: string): string {
  if (type === 'json' || name === 'labels') return `${alias}.${name}::jsonb`;
  if (name !== 'cost_nanos') return `${alias}.${name}`;
  return `case when ${alias}.cost_source is null then ${alias}.${name} end`;
}

const metricOf = new Map<string, string>(
  metricFields.map((field) => [metricColumn(field), field.name]),
);
const fieldOf = (column: string) => metricOf.get(column) ?? column.replace(/^original_/, '');

/**
 * Reports events that would be dropped as repeated but differ from the logged event: they become
 * rejects. A batch is compared only if some of its events were in the log already.
 */
export function tellOtherContent(run: RunStatement, compare: CompareContent): RunStatement {
  return async (batch, rejects) => {
    const answer = await run(batch, rejects);
    if (answer.applied === batch.order.length) return answer;
    const differences = (await compare(batch)).filter(([index]) => !isMadeAgain(batch, index));
    if (differences.length === 0) return answer;
    const most = differences.length > 100 ? shortPayload : undefined;
    const found = differences.map((difference) => rejectAt(batch, difference, most));
    const { rejected } = await run({ ...batch, order: [] }, found);
    return { ...answer, rejected: answer.rejected + rejected };
  };
}

/**
 * If two clients correct an event at the same time, both corrections get the same id and the log
 * takes one. The other client sees that and retries with the next id.
 */
function isMadeAgain(batch: EventBatch, index: number): boolean {
  const { job, at } = jobOf(batch, batch.order[index] ?? 0);
  const { id, corrects } = eventAt(job.events, at);
  return corrects !== undefined && isNameBased(id);
}

function rejectAt(batch: EventBatch, [index, fields]: Difference, most?: number): Reject {
  const { job, at } = jobOf(batch, batch.order[index] ?? 0);
  return toReject({
    job_id: job.job_id,
    project: job.project,
    position: job.positions[at] ?? at,
    code: otherContent,
    message: `An earlier event has this id and other content (${fields.join(', ')}). The earlier one counts; send this one with another id.`,
    payload: eventAt(job.events, at),
    ...(most === undefined ? {} : { most }),
  });
}
