import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { parseEvent } from '#runfold/events/check/parse-event.js';
import { logColumns } from '#runfold/events/columns/log-columns.js';
import type { MetricEventInput } from '#runfold/events/metric-event.js';
import type { Database } from '#runfold/postgres/database.js';
import { toLogRow } from '../../harness/log-row.js';
import { backendOf, collectGarbage, cpuOf } from '../../harness/measure.js';
import { agentEvents } from '../workload.js';

/** Events per second at which one COPY stream loads the log's rows into a table like the log. */
export interface CopyRates {
  /** A Node.js program turns the same events into rows and streams them, as a loader would. */
  readonly from_events: number;
  /** The rows are ready in COPY's text format: the most that Postgres accepts from one stream. */
  readonly from_text: number;
  /**
   * The backend's CPU for `from_text`, in microseconds per event; NaN if the server runs on another
   * machine.
   */
  readonly from_text_cpu_us: number;
}

const columnNames = logColumns.map((column) => column.name).join(', ');

/** Both rates, each into an empty table with the log's columns and indexes. */
export async function copyRates(database: Database, events: number): Promise<CopyRates> {
  const chunks: Buffer[] = [];
  const client = await database.pool.connect();
  try {
    const rows = client.query(
      copyTo('copy (select * from runfold_internal.event order by occurred_at_us) to stdout'),
    );
    for await (const chunk of rows) chunks.push(chunk as Buffer);
  } finally {
    client.release();
  }
  // Created beforehand, as for the pipeline.
  const ready = [...agentEvents(events)];
  collectGarbage();
  const [of_events, of_text] = [
    await rateOf(database, `(${columnNames})`, () => Readable.from(linesOf(ready)), events),
    await rateOf(database, '', () => Readable.from(chunks), events),
  ];
  return {
    from_events: of_events.rate,
    from_text: of_text.rate,
    from_text_cpu_us: of_text.cpu_us,
  };
}

async function rateOf(
  database: Database,
  columns: string,
  source: () => Readable,
  events: number,
): Promise<{ rate: number; cpu_us: number }> {
  const client = await database.pool.connect();
  try {
    await client.query(
      'create table runfold_internal.copy_reference (like runfold_internal.event including all)',
    );
    const pid = await backendOf(client);
    const [started, before] = [performance.now(), cpuOf(pid)];
    await pipeline(
      source(),
      client.query(copyFrom(`copy runfold_internal.copy_reference ${columns} from stdin`)),
    );
    const seconds = (performance.now() - started) / 1000;
    const cpu_us = ((cpuOf(pid) - before) * 1e6) / events;
    const { rows } = await client.query<{ count: string }>(
      'select count(*) from runfold_internal.copy_reference',
    );
    if (Number(rows[0]?.count) !== events) {
      throw new Error(`Expected ${events} rows copied, got ${rows[0]?.count}`);
    }
    await client.query('drop table runfold_internal.copy_reference');
    return { rate: events / seconds, cpu_us };
  } finally {
    client.release();
  }
}

/** The events of a log that is loaded. */
export interface LogWorkload {
  readonly concurrentRuns?: number;
  /** The number of values of the label `feature`, one per session. Defaults to no labels. */
  readonly labelValues?: number | undefined;
}

/** Loads the events directly into the log without any fold, to get a large log quickly. */
export async function loadLog(
  database: Database,
  events: number,
  { labelValues, ...workload }: LogWorkload = {},
): Promise<void> {
  const client = await database.pool.connect();
  try {
    await pipeline(
      Readable.from(linesOf(withLabels(agentEvents(events, workload), labelValues))),
      client.query(copyFrom(`copy runfold_internal.event (${columnNames}) from stdin`)),
    );
    await client.query('vacuum analyze runfold_internal.event');
  } finally {
    client.release();
  }
}

/** Adds a label to each event, with one of some values for each session. */
function* withLabels(events: Iterable<MetricEventInput>, values: number | undefined) {
  for (const event of events) {
    if (values === undefined) yield event;
    else {
      const session = Number.parseInt(event.session_id?.slice(-6) ?? '', 16);
      yield { ...event, labels: { feature: `value-${session % values}` } };
    }
  }
}

/** The events as lines in COPY's text format, some hundred lines per chunk. */
function* linesOf(events: Iterable<MetricEventInput>): Generator<string> {
  let lines = '';
  let count = 0;
  for (const event of events) {
    const parsed = parseEvent(event);
    if (!parsed.ok) throw new Error(`Expected a valid event, got ${JSON.stringify(event)}`);
    lines += `${toLogRow(parsed.event, 1).map(copyValue).join('\t')}\n`;
    count += 1;
    if (count % 500 === 0) {
      yield lines;
      lines = '';
    }
  }
  yield lines;
}

const special = /[\\\t\n\r]/;
const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** A value in COPY's text format (PostgreSQL manual, COPY, "Text Format"). */
function copyValue(value: unknown): string {
  if (value === undefined) return '\\N';
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return special.test(text)
    ? text.replace(/[\\\t\n\r]/g, (found) => escapes[found] ?? found)
    : text;
}
