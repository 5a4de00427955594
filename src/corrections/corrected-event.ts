import { eventFromRow, type StoredRow } from '../events/columns/stored-event.js';
import { eventKey } from '../events/event-id.js';
import type { MetricEvent } from '../events/metric-event.js';
import type { MetricName } from '../events/metric-fields.js';
import type { Database } from '../postgres/database.js';
import { agree } from '../projections/agreement.js';
import { tokensOfPrices } from '../projections/measures/where.js';
import { summedFigures } from '../projections/summed-figures.js';
import { conditionsOn, type ProjectOptions, textOf } from '../query/conditions.js';
import { byBytes, on } from '../query/readers/orders.js';
import { gatherSorted, type Wanted } from '../query/readers/readers.js';
import {
  AmbiguousEventError,
  CorrectionCorrectedError,
  UnknownEventError,
} from './correction-errors.js';

/** Names one event. */
export interface EventOptions extends ProjectOptions {
  /** The id as it was sent. */
  readonly id: string;
  /** Its session. Defaults to the only session with an event of this id, which needs a scan of the whole key. */
  readonly session_id?: string | undefined;
}

/** An event as it was measured, and its current figures with all corrections. */
export interface CorrectedEvent {
  readonly original: MetricEvent;
  /** How many events correct it. */
  readonly corrections: number;
  /** Its current summed figures, in stored units; figures that were not reported are absent. */
  readonly current: ReadonlyMap<MetricName, number>;
  /** The figures that its corrections name. They override those in the provider's split. */
  readonly corrected: ReadonlySet<MetricName>;
  /** Whether it counts as a message without a price. */
  readonly is_unpriced: boolean;
  /** Whether it, or a correction of it, reported a cost. */
  readonly is_reported: boolean;
}

/**
 * Reads an event and its corrections.
 * @throws UnknownEventError, AmbiguousEventError, or CorrectionCorrectedError
 */
export async function readCorrectedEvent(
  database: Database,
  options: EventOptions,
): Promise<CorrectedEvent> {
  const where = conditionsOn('e', options);
  where.equal('session_id', 'e.session_id', options.session_id);
  where.add(`e.id = ${where.parameter(eventKey(textOf('id', options.id)))}::uuid`);
  const rows = await readStored(
    database,
    options,
    where.sql(),
    where.values,
    'order by e.session_id limit 11',
  );
  const [row] = rows;
  if (row === undefined) throw new UnknownEventError(options.id, options.session_id);
  const original = eventFromRow(row);
  if (rows.length > 1) {
    throw new AmbiguousEventError(
      original.id,
      rows.map(({ session_id }) => String(session_id)),
    );
  }
  if (original.corrects !== undefined) {
    throw new CorrectionCorrectedError(original.id, original.corrects);
  }
  const corrections = await readStored(
    database,
    { project: options.project, session_id: String(row.session_id) },
    'e.project = $1 and e.session_id = $2 and e.corrects = $3',
    [row.project, row.session_id, row.id],
  );
  return addCorrections(original, corrections.map(eventFromRow));
}

/** An event with all events that correct it. */
export function addCorrections(
  original: MetricEvent,
  corrections: readonly MetricEvent[],
): CorrectedEvent {
  const counted = corrections.filter((event) => agree(event, original));
  return {
    original,
    corrections: corrections.length,
    current: addFigures([original, ...counted]),
    corrected: new Set(counted.flatMap(({ metrics = {} }) => Object.keys(metrics) as MetricName[])),
    is_unpriced: isUnpriced(original, counted),
    is_reported: [original, ...counted].some(
      ({ metrics, cost_source = 'reported' }) =>
        metrics?.cost !== undefined && cost_source === 'reported',
    ),
  };
}

/** Whether a message counts as one without a price, with the corrections that add to its totals. */
function isUnpriced(original: MetricEvent, counted: readonly MetricEvent[]): boolean {
  if (original.type !== 'message' || original.role !== 'assistant') return false;
  const { cost, ...metrics } = original.metrics ?? {};
  const hasTokens = tokensOfPrices.some((name) => metrics[name] !== undefined);
  return (
    cost === undefined &&
    hasTokens &&
    !counted.some((event) => event.type === 'message' && event.pricing === 'first')
  );
}

/** One event of the log as it was sent; undefined if it is not in the log. */
export async function getEvent(
  database: Database,
  options: EventOptions & { readonly session_id: string },
): Promise<MetricEvent | undefined> {
  const where = conditionsOn('e', options);
  where.is('session_id', 'e.session_id', options.session_id);
  where.add(`e.id = ${where.parameter(eventKey(options.id))}::uuid`);
  const [row] = await readStored(database, options, where.sql(), where.values);
  return row === undefined ? undefined : eventFromRow(row);
}

async function readStored(
  database: Database,
  wanted: Wanted,
  condition: string,
  values: readonly unknown[],
  end = '',
): Promise<StoredRow[]> {
  const compare = on(({ row }: { row: StoredRow }) => String(row.session_id), byBytes);
  const rows = await gatherSorted(database, wanted, { compare }, (reader) =>
    reader.query<{ row: StoredRow }>(
      `select row_to_json(e) as row from runfold_internal.event e where ${condition} ${end}`,
      values,
    ),
  );
  return rows.map(({ row }) => row);
}

/** The summed figures of an event and its corrections, in stored units. */
function addFigures(events: readonly MetricEvent[]): Map<MetricName, number> {
  const sums = new Map<MetricName, number>();
  for (const { metrics = {} } of events) {
    for (const [name, units] of summedFigures) {
      const value = metrics[name];
      if (value === undefined) continue;
      sums.set(name, (sums.get(name) ?? 0) + Math.round(Number(value) * units));
    }
  }
  return sums;
}
